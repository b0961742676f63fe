/** A whole installation for end-to-end tests: a PBX, a CRM, a folder with configuration and directory. */
import type { TestContext } from 'node:test';
import { makeFolder, run, start, write, type Running } from './callhook-process.ts';
import { startLivePbx, type LivePbx } from './live-pbx.ts';
import { SECRET, startCrm, type Crm } from './receiver.ts';
import { TRANSCRIPTS, USERS } from './transcripts.ts';

export const LOGIN = { username: 'callhook', secret: 'correct horse battery' };

export interface Installation {
  folder: string;
  pbx: LivePbx;
  crm: Crm;
  /** Starts `callhook serve` and waits until it listens to the PBX. */
  serve(): Promise<Running>;
}

export function directoryYaml(pbxPort: number, crmUrl: string): string {
  const users = USERS.map(
    (extension) => `      - user_id: user.${extension}@acme.example
        email: user.${extension}@acme.example
        numbers: ["+35894272${extension}"]
        extensions: ["${extension}"]
        devices: [{ source: pbx, address: PJSIP/${extension}, type: SOFT }]`,
  ).join('\n');
  return `sources:
  - id: pbx
    kind: ami
    host: 127.0.0.1
    port: ${pbxPort}
    username: ${LOGIN.username}
    secret: \${AMI_SECRET}
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    allowed_devices: all
    users:
${users}
    endpoints:
      - id: crm
        url: ${crmUrl}
        secret: \${CRM_SECRET}
`;
}

export const ENV = { AMI_SECRET: LOGIN.secret, CRM_SECRET: SECRET };

export function configToml(certificateFile: string, more = ''): string {
  return `api_port = 0
allowed_addresses = ["127.0.0.0/8"]
trusted_certificate_files = ["${certificateFile}"]
${more}`;
}

/** @param recording below test/transcripts */
export async function install(
  t: TestContext,
  recording: string,
  more = '',
  folder = makeFolder(t),
): Promise<Installation> {
  const pbx = await startLivePbx(`${TRANSCRIPTS}${recording}`, LOGIN);
  t.after(() => pbx.close());
  const crm = await startCrm();
  t.after(() => crm.close());
  write(folder, 'crm.pem', crm.certificate);
  write(folder, 'callhook.toml', configToml('crm.pem', more));
  write(folder, 'acme.yaml', directoryYaml(pbx.port, crm.url));
  const applied = await run(t, folder, ['apply', 'acme.yaml'], ENV);
  if (applied.code !== 0) throw new Error(applied.err);
  return {
    folder,
    pbx,
    crm,
    async serve() {
      const listened = pbx.listened();
      const running = start(t, folder, ['serve']);
      await running.said('callhook serves');
      await listened;
      return running;
    },
  };
}
