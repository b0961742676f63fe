/** `callhook listen`: a receiver for integrators, on the laptop. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { decodeSecret } from '../delivery/signature.ts';
import { CallView } from './listen/call-view.ts';
import { obtainCertificate } from './listen/certificate.ts';
import { startReceiver, type Delivery, type Receiver } from './listen/receiver.ts';
import { untilStopped } from './serve.ts';

interface Options {
  host: string;
  port: number;
  secret: readonly string[];
  fail: readonly number[];
  json?: boolean;
  count?: number;
  certificateFolder: string;
}

export function listenCommand(): Command {
  return new Command('listen')
    .description('Receive messages on this machine and show calls as they ring, are answered and end.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', readWhole, 8443)
    .addOption(
      new Option('--secret <secret...>', 'the endpoint’s secret, to check signatures with')
        .env('CALLHOOK_LISTEN_SECRET')
        .default([])
        .argParser(readSecrets),
    )
    .option('--fail <list>', 'answer the first messages with failures, e.g. `503:2,429:1`', readFailures, [])
    .option('--json', 'one JSON line per message on standard output, for scripts')
    .option('--count <n>', 'end after this many messages', readWhole)
    .option('--certificate-folder <folder>', 'where its certificate is kept', join(homedir(), '.callhook'))
    .action(listen);
}

async function listen(options: Options): Promise<void> {
  const certificate = await obtainCertificate(options.certificateFolder);
  const view = new CallView(process.stdout.isTTY && process.stdout.hasColors());
  const enough = Promise.withResolvers<void>();
  let count = 0;
  const show = (delivery: Delivery) => {
    const line = view.line(delivery);
    process.stdout.write(`${options.json ? JSON.stringify(delivery) : line}\n`);
    count += 1;
    if (count === options.count) enough.resolve();
  };
  const stop = untilStopped();
  stop.addEventListener('abort', () => enough.resolve(), { once: true });
  const receiver = await startReceiver(
    { host: options.host, port: options.port, certificate, secrets: options.secret, failures: options.fail },
    show,
  );
  const note = (line: string) => process.stderr.write(`${line}\n`);
  for (const line of introduction(receiver, certificate.certPath, options.secret.length > 0)) note(line);
  await enough.promise;
  await receiver.close();
  note(view.summary());
}

/** What to put where, so that messages come. */
function introduction({ url }: Receiver, certPath: string, checked: boolean): string[] {
  return [
    `Listening on ${url}`,
    'For a Callhook on this machine, use it as an endpoint’s url, and in callhook.toml:',
    '',
    '    allowed_addresses = ["127.0.0.0/8", "::1/128"]',
    `    trusted_certificate_files = [${JSON.stringify(certPath)}]`,
    '',
    checked
      ? 'Signatures are checked.'
      : 'Signatures are not checked: give the endpoint’s secret with --secret.',
    'Ctrl-C ends.',
    '',
  ];
}

function readWhole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.');
  return Number(text);
}

function readSecrets(text: string, before: readonly string[]): readonly string[] {
  if (decodeSecret(text) === undefined) {
    throw new InvalidArgumentError(
      'A secret is `whsec_` and base64 of 24 to 64 bytes, as `callhook apply` showed it.',
    );
  }
  return [...before, text];
}

/** `503:2,429:1` → 503, 503, 429 */
function readFailures(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const match = /^([3-5]\d\d)(?::(\d{1,4}))?$/.exec(part.trim());
    if (match === null)
      throw new InvalidArgumentError('Write status and count, e.g. `503:2` or `503:2,429:1`.');
    return Array.from({ length: Number(match[2] ?? 1) }, () => Number(match[1]));
  });
}
