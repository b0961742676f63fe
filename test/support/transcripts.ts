/** The recorded calls and what must be reported of them (test/transcripts/README.md). */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Directory, OrganisationEntry } from '../../src/policy/directory.ts';
import { DEFAULT_STATES, OPEN_PRIVACY } from '../../src/policy/organisation.ts';

export const TRANSCRIPTS = fileURLToPath(new URL('../transcripts/', import.meta.url));

export interface ExpectedState {
  state: string;
  at: string | string[];
  reason?: string | string[];
  optional?: boolean;
}

export interface ExpectedLeg {
  user: string;
  device: string;
  call: string;
  direction: string | string[];
  remote: string[];
  states: ExpectedState[];
  optional?: boolean;
  open?: boolean;
}

export interface Expected {
  legs?: ExpectedLeg[];
  counts?: { legs: number; EARLY: number; CONFIRMED: number; TERMINATED: Record<string, number> };
}

export interface Transcript {
  /** `asterisk/01-in-answered-caller-hangs-up` */
  name: string;
  /** One path per connection. */
  recordings: string[];
  expected: Expected;
}

/** All recorded scenarios of one system, in order. */
export function transcriptsOf(system: string): Transcript[] {
  const folder = `${TRANSCRIPTS}${system}/`;
  return readdirSync(folder)
    .toSorted()
    .map((scenario) => ({
      name: `${system}/${scenario}`,
      recordings: ['ami.raw', 'ami.raw.gz', 'ami-2.raw', 'esl.raw.gz', 'esl-2.raw.gz', 'notify.jsonl']
        .map((file) => `${folder}${scenario}/${file}`)
        .filter((path) => existsSync(path)),
      expected: JSON.parse(readFileSync(expectationIn(`${folder}${scenario}`), 'utf8')) as Expected,
    }));
}

/** Where a recording cannot show all that happened on the wire, what it can is written beside it. */
function expectationIn(scenario: string): string {
  const [most, whole] = ['expected-dialog-info.json', 'expected.json'].map((file) => `${scenario}/${file}`);
  return existsSync(most!) ? most! : whole!;
}

export const USERS = ['1001', '1002', '1003'];

/** The directory that fits the recordings: three users, the trunk is nobody. @param technology `PJSIP` or `SIP` */
export function directoryFor(technology: string, organisation: Partial<OrganisationEntry> = {}): Directory {
  return {
    sources: [
      {
        id: 'pbx',
        kind: 'ami',
        host: '127.0.0.1',
        port: 5038,
        tls: false,
        username: 'callhook',
        secret: 'secret',
        defaultDeviceType: 'DESKTOP',
      },
    ],
    organisations: [
      {
        id: 'acme',
        name: 'Acme Oy',
        defaultCountry: 'FI',
        privacy: OPEN_PRIVACY,
        allowedDevices: 'all',
        users: USERS.map((extension) => ({
          userId: `user.${extension}@acme.example`,
          email: `user.${extension}@acme.example`,
          numbers: [`+35894272${extension}`],
          extensions: [extension],
          devices: [{ source: 'pbx', address: `${technology}/${extension}`, type: 'SOFT' as const }],
        })),
        functionNumbers: [{ number: '+358942722000', kind: 'HUNT_GROUP' }],
        endpoints: [
          {
            id: 'crm',
            url: 'https://crm.acme.example/calls',
            secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
            states: DEFAULT_STATES,
            delivery: {},
          },
        ],
        ...organisation,
      },
    ],
  };
}

/** The directory that fits FreeSWITCH's recordings: another numbering, another kind of device. */
export function freeswitchDirectory(organisation: Partial<OrganisationEntry> = {}): Directory {
  const { sources, organisations } = directoryFor('PJSIP');
  return {
    sources: sources.map(({ id, secret, defaultDeviceType }) => ({
      id,
      kind: 'esl' as const,
      host: '127.0.0.1',
      port: 8021,
      secret,
      defaultDeviceType,
    })),
    organisations: organisations.map((entry) => ({
      ...entry,
      users: entry.users.map((user) => ({
        ...user,
        numbers: user.extensions.map((extension) => `+3589427${extension}`),
        devices: user.extensions.map((extension) => ({
          source: 'pbx',
          address: `${extension}@pbx.example.com`,
          type: 'SOFT' as const,
        })),
      })),
      ...organisation,
    })),
  };
}

/** The directory that fits Kamailio's recordings. */
export function kamailioDirectory(organisation: Partial<OrganisationEntry> = {}): Directory {
  const { sources, organisations } = directoryFor('PJSIP');
  return {
    sources: sources.map(({ id, defaultDeviceType }) => ({
      id,
      kind: 'dialog-info' as const,
      host: '127.0.0.1',
      port: 5070,
      transport: 'udp' as const,
      secret: '',
      expiresSeconds: 600,
      defaultDeviceType,
    })),
    organisations: organisations.map((entry) => ({
      ...entry,
      users: entry.users.map((user) => ({
        ...user,
        numbers: user.extensions.map((extension) => `+3589427${extension}`),
        devices: user.extensions.map((extension) => ({
          source: 'pbx',
          address: `sip:${extension}@127.0.0.1`,
          type: 'SOFT' as const,
        })),
      })),
      ...organisation,
    })),
  };
}
