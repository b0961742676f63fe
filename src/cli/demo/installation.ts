/** The demos' organisations, and the configuration of a connector that lives for a demo only. */
import { join } from 'node:path';
import { DEFAULTS, healthRulesOf, type ConnectorConfig } from '../../config/connector-config.ts';
import { planChanges } from '../../policy/directory-changes.ts';
import type { Directory, OrganisationEntry } from '../../policy/directory.ts';
import { DEFAULT_STATES, OPEN_PRIVACY, type EndpointWithSecret } from '../../policy/organisation.ts';
import type { KeyRing } from '../../runtime/keys.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { DemoPbx } from './pbx.ts';

export const ACME_PEOPLE = [
  ['1001', 'matti.virtanen'],
  ['1002', 'liisa.makinen'],
  ['1003', 'antti.korhonen'],
] as const;

export interface DemoPlaces {
  pbx: Pick<DemoPbx, 'source' | 'deviceOf' | 'numberOf'>;
  endpointUrl: string;
  /** The endpoint's signing secret. */
  secret: string;
}

/** An organisation whose people have a phone each, with the extensions of the recordings. */
export interface DemoOffice extends Pick<OrganisationEntry, 'id' | 'name' | 'privacy' | 'endpoints'> {
  pbx: DemoPlaces['pbx'];
  people: readonly (readonly [extension: string, name: string])[];
  queue: string;
}

/** Three people with a phone each, as in the recordings; their own numbers are masked, to show that it works. */
export function demoDirectory({ pbx, endpointUrl, secret }: DemoPlaces): Directory {
  return directoryOf([
    {
      id: 'acme',
      name: 'Acme Oy',
      privacy: { ...OPEN_PRIVACY, modifyLocalNumber: { mask: 4 } },
      pbx,
      people: ACME_PEOPLE,
      queue: '+358942723000',
      endpoints: [demoEndpoint('crm', endpointUrl, secret)],
    },
  ]);
}

export function directoryOf(offices: readonly DemoOffice[]): Directory {
  return {
    sources: offices.map(({ pbx }) => pbx.source),
    organisations: offices.map(({ pbx, people, queue, ...office }) => ({
      ...office,
      defaultCountry: 'FI',
      allowedDevices: 'all',
      users: people.map(([extension, name]) => ({
        userId: `${name}@${office.id}.example`,
        email: `${name}@${office.id}.example`,
        numbers: [pbx.numberOf(extension)],
        extensions: [extension],
        devices: [{ source: pbx.source.id, address: pbx.deviceOf(extension), type: 'SOFT' }],
      })),
      functionNumbers: [{ number: queue, kind: 'QUEUE' }],
    })),
  };
}

export function demoEndpoint(id: string, url: string, secret: string): EndpointWithSecret {
  return { id, url, secret, states: DEFAULT_STATES, delivery: {} };
}

/** The defaults, but everything in one folder, and the listener on this machine may be reached. */
export function demoConfig(folder: string, certPath: string): ConnectorConfig {
  return {
    ...DEFAULTS,
    database: join(folder, 'callhook.db'),
    key_file: join(folder, 'callhook.key'),
    api_port: 0,
    allowed_addresses: ['127.0.0.0/8'],
    trusted_certificate_files: [certPath],
  };
}

/** Makes the database, with the directory in it and what `more` adds. */
export async function fillDemo(
  config: ConnectorConfig,
  keys: KeyRing,
  directory: Directory,
  more: (store: Store) => Promise<void> = async () => {},
): Promise<void> {
  const store = await openStore(config.database, keys.secrets, healthRulesOf(config));
  try {
    const nothing = { sources: [], organisations: [] };
    await store.directory.write(planChanges(nothing, directory, { prune: false }).changes);
    await more(store);
  } finally {
    await store.close();
  }
}
