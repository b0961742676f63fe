/**
 * `callhook serve --demo`: the portal with calls in it, to look around before anything is connected. The connector is the
 * real one; its phone systems are recordings, its CRM is a server of this process, its database a folder that is
 * gone afterwards. Nothing leaves the machine, and nobody but the machine gets in.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConnector } from '../../app.ts';
import type { ConnectorConfig } from '../../config/connector-config.ts';
import { loadKeys } from '../../config/installation-key.ts';
import { generateSecret } from '../../delivery/signature.ts';
import type { Role } from '../../policy/access.ts';
import { OPEN_PRIVACY } from '../../policy/organisation.ts';
import { systemClock } from '../../runtime/clock.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createPasswordHasher } from '../../runtime/password-hash.ts';
import { newId } from '../../runtime/tokens.ts';
import type { Store } from '../../store/store.ts';
import { bySystemUser } from '../by.ts';
import { obtainCertificate } from '../listen/certificate.ts';
import { RECORDED_OFFICE, startBusyAsterisk, type BusyAsterisk } from './busy-asterisk.ts';
import {
  ACME_PEOPLE,
  demoConfig,
  demoEndpoint,
  directoryOf,
  fillDemo,
  type DemoOffice,
} from './installation.ts';
import { startMoodyCrm, type MoodyCrm } from './moody-crm.ts';

const OTHER_OFFICE = '+35894281';
const OTHER_PEOPLE = [
  ['1001', 'emma.koski'],
  ['1002', 'oskar.lind'],
  ['1003', 'sofia.niemi'],
] as const;

const ACCOUNTS: readonly { name: string; email: string; role: Role; organisationId?: string }[] = [
  { name: 'Olivia Operator', email: 'operator@demo.example', role: 'operator' },
  {
    name: 'Maria Manager',
    email: 'manager@acme.example',
    role: 'administrator',
    organisationId: 'acme',
  },
];

/** @param config of which host and port are taken. @throws CallhookError `USAGE` where others could reach it */
export async function servePortalDemo(config: ConnectorConfig, stop: AbortSignal): Promise<void> {
  const { api_host, api_port } = config;
  if (!/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(api_host)) {
    throw new CallhookError(
      'USAGE',
      `The demo is for this machine alone, but \`api_host\` is ${api_host}. Set it to 127.0.0.1.`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'callhook-demo-'));
  // However it ends.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  const certificate = await obtainCertificate(folder);
  const crm = await startMoodyCrm(certificate, systemClock);
  const acme = await startBusyAsterisk('office-pbx', RECORDED_OFFICE, systemClock);
  const other = await startBusyAsterisk('harbour-pbx', OTHER_OFFICE, systemClock);

  const settings = { ...demoConfig(folder, certificate.certPath), api_host, api_port };
  const keys = loadKeys(settings, {});
  const password = randomBytes(6).toString('hex');
  await fillDemo(settings, keys, directoryOf(officesOf(acme, other, crm)), (store) =>
    makeAccounts(store, password),
  );

  const over = new AbortController();
  const ringing = AbortSignal.any([stop, over.signal]);
  const calls = [acme.run(ringing), other.run(ringing)];
  try {
    await runConnector(
      {
        config: settings,
        keys,
        log: createLogger('error'),
        ready: (url) => process.stdout.write(welcome(url, password, folder)),
      },
      stop,
    );
  } finally {
    over.abort();
    await Promise.all([...calls, crm.close(), acme.close(), other.close()]);
  }
}

/** One CRM that is well and one that fails now and then; the other organisation shows only part of the callers' numbers. */
function officesOf(acme: BusyAsterisk, other: BusyAsterisk, crm: MoodyCrm): DemoOffice[] {
  const pbxOf = ({ source }: BusyAsterisk, office: string) => ({
    source,
    deviceOf: (extension: string) => `PJSIP/${extension}`,
    numberOf: (extension: string) => `${office}${extension}`,
  });
  return [
    {
      id: 'acme',
      name: 'Acme Oy',
      privacy: OPEN_PRIVACY,
      pbx: pbxOf(acme, RECORDED_OFFICE),
      people: ACME_PEOPLE,
      queue: `${RECORDED_OFFICE}3000`,
      endpoints: [
        demoEndpoint('crm', crm.steadyUrl, generateSecret()),
        demoEndpoint('archive', crm.failingUrl, generateSecret()),
      ],
    },
    {
      id: 'harbour',
      name: 'Harbour Logistics Oy',
      privacy: { ...OPEN_PRIVACY, modifyRemoteNumber: { mask: 4 } },
      pbx: pbxOf(other, OTHER_OFFICE),
      people: OTHER_PEOPLE,
      queue: `${OTHER_OFFICE}3000`,
      endpoints: [demoEndpoint('crm', crm.steadyUrl, generateSecret())],
    },
  ];
}

async function makeAccounts(store: Store, password: string): Promise<void> {
  const passwordHash = await createPasswordHasher().hash(password);
  for (const account of ACCOUNTS) {
    const [id, createdAtMs] = [newId(), store.nowMs()];
    const { email, role, organisationId } = account;
    await store.accounts.create(
      { ...account, id, passwordHash, createdAtMs },
      {
        atMs: createdAtMs,
        by: bySystemUser('callhook serve --demo'),
        action: 'created',
        thing: 'account',
        id,
        ...(organisationId !== undefined && { organisationId }),
        after: { email, role },
      },
    );
  }
}

function welcome(url: string, password: string, folder: string): string {
  return `
Callhook’s portal, with recorded calls:
    ${url}

    E-mail address  operator@demo.example   sees all of it
               or   manager@acme.example    sees what an office manager sees
    Password        ${password}

Two phone systems ring all the time; one of their CRMs fails now and then. Change what you like: it is only for
now, in ${folder}, and Ctrl-C removes it.
`;
}
