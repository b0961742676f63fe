/** The example for Kamailio with phones around it, and the whole connector behind it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeFolder, run, start, write, type Running } from './callhook-process.ts';
import { assertContract, type Message } from './expectation.ts';
import { TOKEN } from './http-ingest.ts';
import { configToml } from './installation.ts';
import { needsKamailio, startKamailio, type RunningKamailio } from './kamailio.ts';
import { needs } from './needs.ts';
import { SECRET, startCrm, type Crm } from './receiver.ts';
import { createPhones, type Phones } from './sip-phones.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import { USERS } from './transcripts.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/kamailio/', import.meta.url));

export const needsProxy = () =>
  needsKamailio('http_client.so', 'jansson.so', 'db_sqlite.so', 'mqueue.so', 'dialog.so');

const DEBIAN = '/etc/kamailio/kamailio.cfg';
const PATCH = `${EXAMPLES}debian-kamailio.cfg.patch`;

export const needsDebianProxy = () => ({
  ...needsProxy(),
  ...needs(
    spawnSync('patch', ['--dry-run', '--silent', '-o', '/dev/null', DEBIAN, PATCH]).status === 0,
    `${DEBIAN} as Debian’s Kamailio 5.6 brings it (\`apt-get install kamailio patch\`)`,
  ),
});

const directory = (crm: string) => `sources:
  - { id: kamailio, kind: http, secret: ${TOKEN} }
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
${USERS.map(
  (user) =>
    `      - { user_id: "${user}@acme.example", numbers: ["+35894272${user}"], extensions: ["${user}"],
          devices: [{ source: kamailio, address: "${user}" }, { source: kamailio, address: "sip:${user}@127.0.0.1" }] }`,
).join('\n')}
    endpoints:
      - { id: crm, url: "${crm}", secret: ${SECRET} }
`;

export interface Proxy {
  phones: Phones;
  crm: Crm;
  folder: string;
  kamailio(): RunningKamailio;
  startKamailio(): Promise<void>;
  /** Callhook, always on the same port. */
  serve(): Promise<Running>;
  /** Where Callhook listens, or somebody in its place. */
  api: number;
  /** What waits on Kamailio's disk. */
  spooled(): number;
  ports(count: number): Promise<number[]>;
  /** Where the trunk listens. */
  trunk: number;
}

/**
 * @param defined more `#!define`s of the configuration
 * @param configuration the text of a kamailio.cfg that includes callhook.cfg
 */
export async function installProxy(
  t: TestContext,
  defined: Record<string, string> = {},
  configuration = readFileSync(`${EXAMPLES}kamailio.cfg`, 'utf8'),
): Promise<Proxy> {
  const crm = await startCrm();
  t.after(() => crm.close());
  const folder = makeFolder(t);
  const api = await freeTcpPort();
  write(folder, 'crm.pem', crm.certificate);
  write(folder, 'callhook.toml', configToml('crm.pem').replace('api_port = 0', `api_port = ${api}`));
  write(folder, 'acme.yaml', directory(crm.url));
  const applied = await run(t, folder, ['apply', 'acme.yaml']);
  assert.equal(applied.code, 0, applied.err);
  const [port, trunk] = [await freeUdpPort(), await freeUdpPort()];
  const config = configOf(configuration, {
    LISTEN: `udp:127.0.0.1:${port}`,
    TRUNK: `"sip:127.0.0.1:${trunk}"`,
    CALLHOOK_URL: `"http://127.0.0.1:${api}/api/v1/sources/kamailio"`,
    CALLHOOK_SPOOL: `"callhook=>sqlite:///${join(folder, 'spool.db')}"`,
    ...defined,
  });
  let kamailio: RunningKamailio;
  const startIt = async () => {
    kamailio = await startKamailio(t, config, port, { CALLHOOK_TOKEN: TOKEN });
  };
  await startIt();
  return {
    phones: createPhones(t, port),
    crm,
    folder,
    trunk,
    api,
    spooled() {
      const spool = new DatabaseSync(join(folder, 'spool.db'), { readOnly: true });
      try {
        return Number(spool.prepare('SELECT count(*) AS events FROM event').get()?.['events']);
      } finally {
        spool.close();
      }
    },
    kamailio: () => kamailio,
    startKamailio: startIt,
    async serve() {
      const running = start(t, folder, ['serve']);
      await running.said('callhook serves');
      return running;
    },
    ports: async (count) => Promise.all(Array.from({ length: count }, freeUdpPort)),
  };
}

/** Debian's own kamailio.cfg with the lines for Callhook. */
export function debianConfiguration(t: TestContext): string {
  const folder = makeFolder(t);
  copyFileSync(DEBIAN, join(folder, 'kamailio.cfg'));
  execFileSync('patch', ['--silent', '-i', PATCH], { cwd: folder });
  const text = readFileSync(join(folder, 'kamailio.cfg'), 'utf8');
  // Its sockets stay out of the way of a Kamailio that runs here.
  return text
    .replace(/^# (modparam\("(jsonrpcs|ctl)")/gm, '$1')
    .replaceAll('/run/kamailio', 'FOLDER')
    .replace(/^children=8/m, 'children=1\nlisten=LISTEN\nalias=udp:127.0.0.1:5060');
}

function configOf(text: string, defined: Record<string, string>): string {
  const lines = Object.entries(defined).map(([name, value]) => `#!define ${name} ${value}`);
  const body = text
    // With several workers a BYE may overtake the ACK before it, which sipp's phones do not forgive.
    .replace(/^children=\d+/m, 'children=1')
    .replace('"callhook.cfg"', `"${EXAMPLES}callhook.cfg"`);
  return `#!KAMAILIO\n${lines.join('\n')}\n${body}`;
}

/** Far more than any call takes. */
const MOST_MS = 10_000;

/**
 * Waits until as many legs have ended, and compares what was told of each: its user, which way, the far party, its
 * states, the last by its reason. What was told is forgotten then.
 * @param legs in any order, such as `1001 < +358401234567: EARLY, CONFIRMED, HANGUP`
 * @returns the messages
 */
export async function assertLegs({ crm, kamailio }: Proxy, legs: readonly string[]): Promise<Message[]> {
  const ends = () => crm.received.filter(({ message }) => message.state === 'TERMINATED').length;
  const late = AbortSignal.timeout(MOST_MS);
  const gaveUp = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve()));
  await Promise.race([crm.until(() => ends() >= legs.length), gaveUp]);
  const messages = crm.received.splice(0).map(({ message }) => message);
  assert.deepEqual(told(messages), legs.toSorted(), `Kamailio says:\n${kamailio().log()}`);
  assertContract(messages);
  return messages;
}

function told(messages: readonly Message[]): string[] {
  const legs = Map.groupBy(messages, ({ branch_id }) => branch_id);
  return Array.from(legs.values(), (leg) => {
    const [first] = leg as [Message];
    const who = `${first.local_user_id?.split('@')[0]} ${first.direction === 'INCOMING' ? '<' : '>'}`;
    return `${who} ${first.remote_number}: ${leg.map((one) => one['termination-reason'] ?? one.state).join(', ')}`;
  }).toSorted();
}
