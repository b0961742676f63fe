/** What a full run (`full-run.ts`) is configured with, and what of it must be found nowhere. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Planted } from './planted.ts';
import { CLIENTS } from './token-server.ts';

/** By the variables that the directory file names. */
export const SECRETS = {
  AMI_SECRET: 'planted-ami-Kx81fVq2',
  PLATFORM_TOKEN: 'planted-platform-token-0aQ7Zr',
  SIGNING: 'whsec_cGxhbnRlZC1zaWduaW5nLXNlY3JldC0wMTIz',
  BASIC: 'planted-basic-p@ss/wörd',
  BEARER: 'planted-bearer-8Hs2Lw0Z',
  HEADER: 'planted-header-3Nd9Qe7T',
  CLIENT: CLIENTS.basic.secret,
  ACCOUNT: 'planted account password 5Tg',
  SMTP: 'planted-smtp-p@ss-6Yh',
  OPERATOR: 'whsec_cGxhbnRlZC1vcGVyYXRvci1zZWNyZXQtNDU2',
} as const;

/** The callers', which are removed; the user's own, and the user, which the directory knows. */
export const NUMBERS = {
  recorded: '358409401234',
  posted: '358405550199',
  own: '358942721001',
  user: 'planted.user@acme.example',
} as const;

/** Nothing of people leaves but the last digits' place. */
export const CLOSED = `{ remove_local_user_id: true, remove_local_email: true, modify_local_number: { mask: 6 },
      remove_remote_user_id: true, remove_remote_email: true, modify_remote_number: remove }`;

export function runToml({ url, collectorUrl }: { url: string; collectorUrl: string }): string {
  return `api_port = 0
allowed_addresses = ["127.0.0.0/8"]
trusted_certificate_files = ["ca.pem"]
pause_after_failures = 1
first_probe_after_seconds = 0.1
longest_probe_wait_seconds = 0.5
mail_from = "callhook@acme.example"
mail_to = ["operations@acme.example"]
operator_webhook_url = "${url}/operator"
otlp_url = "${collectorUrl}"
`;
}

/** An endpoint with each kind of proof, and one whose receiver always fails. */
export function runYaml(pbxPort: number, url: string, tokenUrl: string, privacy: string): string {
  return `sources:
  - id: pbx
    kind: ami
    host: 127.0.0.1
    port: ${pbxPort}
    username: callhook
    secret: \${AMI_SECRET}
  - { id: platform, kind: http, secret: "\${PLATFORM_TOKEN}" }
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    privacy: ${privacy}
    users:
      - user_id: ${NUMBERS.user}
        email: ${NUMBERS.user}
        numbers: ["+${NUMBERS.own}"]
        extensions: ["1001"]
        devices:
          - { source: pbx, address: PJSIP/1001, type: SOFT }
          - { source: platform, address: phone, type: SOFT }
    function_numbers: [{ number: "2000", kind: IVR }]
    endpoints:
      - id: basic
        url: ${url}/basic
        secret: \${SIGNING}
        authentication: { kind: basic, username: callhook, password: "\${BASIC}" }
      - id: bearer
        url: ${url}/bearer
        secret: \${SIGNING}
        authentication: { kind: bearer, token: "\${BEARER}" }
      - id: header
        url: ${url}/header
        secret: \${SIGNING}
        headers: { X-Planted: "\${HEADER}" }
      - id: oauth
        url: ${url}/oauth
        secret: \${SIGNING}
        authentication:
          { kind: oauth2, token_url: "${tokenUrl}", client_id: "${CLIENTS.basic.id}", client_secret: "\${CLIENT}" }
      - id: mutual
        url: ${url}/mutual
        secret: \${SIGNING}
        tls: { ca: "file:ca.pem", certificate: "file:client.pem", key: "file:client.key" }
      - id: broken
        url: ${url}/broken
        secret: \${SIGNING}
        authentication: { kind: basic, username: callhook, password: "\${BASIC}" }
        headers: { X-Planted: "\${HEADER}" }
`;
}

export interface Made {
  session: string;
  apiKey: string;
  setUp: string;
  clientKey: string;
  folder: string;
  authorizations: ReadonlySet<string>;
}

/** Where the directory itself may be seen: by those whom it belongs to. */
const DIRECTORY = [
  /^the database (callhook\.db|user|user_number|device|audit)/,
  /^callhook (export|discover pbx|doctor pbx|apply)/,
  /^GET \/api\/v1\/organisations\/acme\/users/,
  /^GET \/api\/v1\/(organisations\/acme\/)?audit/,
];

export function planted({ session, apiKey, setUp, clientKey, folder, authorizations }: Made): Planted[] {
  const keys = readFileSync(join(folder, 'callhook.key'), 'utf8').trim().split('\n');
  const lines = clientKey.split('\n').filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));
  const tokens = [...authorizations]
    .filter((value) => value.startsWith('Bearer '))
    .map((value) => value.slice(7));
  return [
    ...Object.entries(SECRETS).map(([name, text]) => ({ name, text })),
    ...['SIGNING', 'OPERATOR'].map((name) => ({
      name: `${name}, without its prefix`,
      text: SECRETS[name as 'SIGNING'].slice('whsec_'.length),
    })),
    ...tokens.map((text) => ({ name: 'an access token', text })),
    ...lines.map((text, nth) => ({ name: `line ${nth + 1} of the private key`, text })),
    ...keys.map((text, nth) => ({ name: `key ${nth + 1} of the installation`, text })),
    { name: 'the session', text: session },
    { name: 'the API key', text: apiKey, mayBeIn: [/^the answer that shows an API key$/] },
    { name: 'the link of the set-up', text: setUp, mayBeIn: [/^the standard output of serve$/] },
    { name: 'the number of the recorded caller', text: NUMBERS.recorded },
    { name: 'the number of the posted caller', text: NUMBERS.posted },
    { name: 'the user’s own number', text: NUMBERS.own, mayBeIn: DIRECTORY },
    { name: 'the user', text: NUMBERS.user, mayBeIn: DIRECTORY },
  ];
}
