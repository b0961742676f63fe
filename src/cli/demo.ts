/**
 * `callhook demo`: the main job, to be seen on any machine with nothing installed. The bytes of a recorded phone
 * system come from a small server at their recorded pace; everything behind it is real: source, ingest, SQLite file,
 * signed HTTPS POSTs, listener.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { Command, Option } from 'commander';
import { runConnector } from '../app.ts';
import { loadKeys } from '../config/installation-key.ts';
import { generateSecret } from '../delivery/signature.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLogger } from '../runtime/logger.ts';
import { startAsterisk } from './demo/asterisk.ts';
import { startFreeswitch } from './demo/freeswitch.ts';
import { demoConfig, demoDirectory, fillDemo } from './demo/installation.ts';
import { CallView } from './listen/call-view.ts';
import { obtainCertificate } from './listen/certificate.ts';
import { startReceiver, type Delivery } from './listen/receiver.ts';
import { untilStopped } from './serve.ts';

const PBXES = { asterisk: startAsterisk, freeswitch: startFreeswitch };

export function demoCommand(): Command {
  return new Command('demo')
    .description('Watch it work: recorded calls of a real PBX become signed webhooks on this machine.')
    .addOption(new Option('--pbx <kind>', 'whose calls').choices(Object.keys(PBXES)).default('asterisk'))
    .option('--json', 'print the messages’ bodies instead of the view')
    .action(async ({ pbx, json }: { pbx: keyof typeof PBXES; json?: boolean }) => {
      const folder = mkdtempSync(join(tmpdir(), 'callhook-demo-'));
      // However it ends: also when a reader has seen enough (program.ts).
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      await demo(folder, pbx, json ?? false);
    });
}

async function demo(folder: string, kind: keyof typeof PBXES, json: boolean): Promise<void> {
  const say = (line: string) => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  const title = (text: string) => styleText('bold', text);
  const stop = untilStopped();

  const view = new CallView(process.stdout.isTTY && process.stdout.hasColors());
  const certificate = await obtainCertificate(folder);
  const secret = generateSecret();
  const crm = await startReceiver(
    { host: '127.0.0.1', port: 0, certificate, secrets: [secret] },
    (received) => {
      const line = view.line(received);
      if ('refused' in received) return;
      process.stdout.write(`${json ? JSON.stringify(received.message) : `  ${line}`}\n`);
      open.see(received);
    },
  );
  const open = new OpenBranches();

  const pbx = await PBXES[kind]('office-pbx', systemClock);

  const config = demoConfig(folder, certificate.certPath);
  const keys = loadKeys(config, {});
  await fillDemo(config, keys, demoDirectory({ pbx, endpointUrl: `${crm.url}calls`, secret }));

  const over = new AbortController();
  const connector = runConnector(
    { config, keys, log: createLogger('warn'), ready: () => {} },
    AbortSignal.any([stop, over.signal]),
  );
  try {
    say(title(`Callhook demo: ${pbx.name} → Callhook → signed HTTPS POST → a CRM`));
    say(styleText('dim', `${pbx.place}, database ${config.database}, CRM on ${crm.url}`));
    const listens = await Promise.race([pbx.listened.then(() => true), connector.then(() => false)]);
    for (const scene of pbx.scenes) {
      if (!listens || stop.aborted) break;
      say(`\n${title(scene.says)}`);
      await scene.play(stop);
      await open.allEnded(stop);
      if (scene === pbx.scenes[0] && !json) say(styleText('dim', `  the last POST’s body: ${open.lastBody}`));
    }
    if (stop.aborted) return say('\nStopped before its end.');
    say(`\n${title('Done.')} ${view.summary()}`);
    say('Your turn: README.md, “Your own phone system”.');
  } finally {
    over.abort();
    await connector;
    await Promise.all([crm.close(), pbx.close()]);
  }
}

/** A scene is over when each branch that was told of has ended. */
class OpenBranches {
  lastBody = '';
  readonly #open = new Set<string>();
  #look = () => {};

  see({ message }: Delivery): void {
    this.lastBody = JSON.stringify(message);
    if (message.state === 'TERMINATED') this.#open.delete(message.branch_id);
    else this.#open.add(message.branch_id);
    this.#look();
  }

  async allEnded(signal: AbortSignal): Promise<void> {
    while (this.#open.size > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#look = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}
