/**
 * `callhook demo`: the main job, to be seen on any machine with nothing installed. The bytes of a recorded Asterisk
 * come from a small AMI server at their recorded pace; everything behind it is real: source, ingest, SQLite file,
 * signed HTTPS POSTs, listener.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { Command } from 'commander';
import { runConnector } from '../app.ts';
import { healthRulesOf, type ConnectorConfig } from '../config/connector-config.ts';
import { loadKeys } from '../config/installation-key.ts';
import { generateSecret } from '../delivery/signature.ts';
import { planChanges } from '../policy/directory-changes.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLogger } from '../runtime/logger.ts';
import { openStore } from '../store/open-store.ts';
import { startAmiServer, type AmiSession } from './demo/ami-server.ts';
import { demoConfig, demoDirectory } from './demo/installation.ts';
import { playScene, SCENES } from './demo/recorded-calls.ts';
import { CallView } from './listen/call-view.ts';
import { obtainCertificate } from './listen/certificate.ts';
import { startReceiver, type Delivery } from './listen/receiver.ts';
import { untilStopped } from './serve.ts';

export function demoCommand(): Command {
  return new Command('demo')
    .description('Watch it work: recorded calls of a real Asterisk become signed webhooks on this machine.')
    .option('--json', 'print the messages’ bodies instead of the view')
    .action(async ({ json }: { json?: boolean }) => {
      const folder = mkdtempSync(join(tmpdir(), 'callhook-demo-'));
      // However it ends: also when a reader has seen enough (program.ts).
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      await demo(folder, json ?? false);
    });
}

async function demo(folder: string, json: boolean): Promise<void> {
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

  const login = { username: 'callhook', secret: randomBytes(12).toString('base64url') };
  const subscribed = Promise.withResolvers<AmiSession>();
  const pbx = await startAmiServer({ ...login, subscribed: subscribed.resolve });

  const config = demoConfig(folder, certificate.certPath);
  const keys = loadKeys(config, {});
  await fillDirectory(config, keys, {
    amiPort: pbx.port,
    endpointUrl: `${crm.url}calls`,
    secret,
    username: login.username,
    password: login.secret,
  });

  const over = new AbortController();
  const connector = runConnector(
    { config, keys, log: createLogger('warn'), ready: () => {} },
    AbortSignal.any([stop, over.signal]),
  );
  try {
    say(title('Callhook demo: a recorded Asterisk → Callhook → signed HTTPS POST → a CRM'));
    say(styleText('dim', `AMI on 127.0.0.1:${pbx.port}, database ${config.database}, CRM on ${crm.url}`));
    const session = await Promise.race([subscribed.promise, connector.then(() => undefined)]);
    for (const scene of SCENES) {
      if (session === undefined || stop.aborted) break;
      say(`\n${title(scene.says)}`);
      await playScene(scene, session, systemClock, stop);
      await open.allEnded(stop);
      if (scene === SCENES[0] && !json) say(styleText('dim', `  the last POST’s body: ${open.lastBody}`));
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

async function fillDirectory(
  config: ConnectorConfig,
  keys: ReturnType<typeof loadKeys>,
  places: Parameters<typeof demoDirectory>[0],
): Promise<void> {
  const store = await openStore(config.database, keys.secrets, healthRulesOf(config));
  const nothing = { sources: [], organisations: [] };
  await store.directory.write(planChanges(nothing, demoDirectory(places), { prune: false }).changes);
  await store.close();
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
