/** The demo's organisation, and the configuration of a connector that lives for the demo only. */
import { join } from 'node:path';
import { DEFAULTS, type ConnectorConfig } from '../../config/connector-config.ts';
import type { Directory } from '../../policy/directory.ts';
import { DEFAULT_STATES, OPEN_PRIVACY } from '../../policy/organisation.ts';

export interface DemoPlaces {
  amiPort: number;
  endpointUrl: string;
  /** The endpoint's signing secret. */
  secret: string;
  username: string;
  password: string;
}

const PEOPLE = [
  ['1001', 'matti.virtanen'],
  ['1002', 'liisa.makinen'],
  ['1003', 'antti.korhonen'],
] as const;

/** Three people with a phone each, as in the recordings; their own numbers are masked, to show that it works. */
export function demoDirectory({ amiPort, endpointUrl, secret, username, password }: DemoPlaces): Directory {
  return {
    sources: [
      {
        id: 'office-pbx',
        kind: 'ami',
        host: '127.0.0.1',
        port: amiPort,
        tls: false,
        username,
        secret: password,
        defaultDeviceType: 'DESKTOP',
      },
    ],
    organisations: [
      {
        id: 'acme',
        name: 'Acme Oy',
        defaultCountry: 'FI',
        privacy: { ...OPEN_PRIVACY, modifyLocalNumber: { mask: 4 } },
        users: PEOPLE.map(([extension, name]) => ({
          userId: `${name}@acme.example`,
          email: `${name}@acme.example`,
          numbers: [`+35894272${extension}`],
          extensions: [extension],
          devices: [{ source: 'office-pbx', address: `PJSIP/${extension}`, type: 'SOFT' }],
        })),
        functionNumbers: [{ number: '+358942723000', kind: 'QUEUE' }],
        endpoints: [{ id: 'crm', url: endpointUrl, secret, states: DEFAULT_STATES, delivery: {} }],
      },
    ],
  };
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
