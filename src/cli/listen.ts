/** `callhook listen`: a receiver for integrators, on the laptop. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { decodeSecret } from '../delivery/signature.ts';
import { isPublicKey } from '../runtime/ed25519.ts';
import { CallhookError } from '../runtime/errors.ts';
import { CallView } from './listen/call-view.ts';
import { obtainCertificate } from './listen/certificate.ts';
import { harmlessJson } from './listen/harmless.ts';
import { startReceiver, type Delivery, type Receiver, type Refusal } from './listen/receiver.ts';
import { untilStopped } from './serve.ts';

interface Options {
  host: string;
  port: number;
  secret: readonly string[];
  fail: readonly number[];
  json?: boolean;
  count?: number;
  certificateFolder?: string;
}

export function listenCommand(): Command {
  return new Command('listen')
    .description('Receive messages on this machine and show calls as they ring, are answered and end.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', readPort, 8443)
    .addOption(
      new Option('--secret <secret...>', 'the endpoint’s secret or public key, to check signatures with')
        .env('CALLHOOK_LISTEN_SECRET')
        .default([])
        .argParser(readSecrets),
    )
    .option('--fail <list>', 'answer the first messages with failures, e.g. `503:2,429:1`', readFailures, [])
    .option('--json', 'one JSON line per message on standard output, for scripts')
    .option('--count <n>', 'end after this many messages', readCount)
    .option(
      '--certificate-folder <folder>',
      'where its certificate is kept (default: .callhook in your home)',
    )
    .action(listen);
}

async function listen(options: Options): Promise<void> {
  const certificate = await obtainCertificate(options.certificateFolder ?? usualFolder());
  const view = new CallView(process.stdout.isTTY && process.stdout.hasColors());
  const enough = Promise.withResolvers<void>();
  let count = 0;
  const show = (received: Delivery | Refusal) => {
    const line = view.line(received);
    process.stdout.write(`${options.json ? harmlessJson(received) : line}\n`);
    if ('refused' in received) return;
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

/** @throws CallhookError `LISTEN_FAILED` for a user without a home */
function usualFolder(): string {
  try {
    return join(homedir(), '.callhook');
  } catch (cause) {
    throw new CallhookError(
      'LISTEN_FAILED',
      'This user has no home folder to keep the listener’s certificate in. Name one with --certificate-folder.',
      { cause },
    );
  }
}

function readPort(text: string): number {
  return readWhole(text, 0, 65_535);
}

function readCount(text: string): number {
  return readWhole(text, 1, 999_999);
}

function readWhole(text: string, least: number, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (number >= least && number <= most) return number;
  throw new InvalidArgumentError(`A whole number from ${least} to ${most} is wanted.`);
}

function readSecrets(text: string, before: readonly string[]): readonly string[] {
  if (decodeSecret(text) === undefined && !isPublicKey(text)) {
    throw new InvalidArgumentError(
      'A secret is `whsec_` and base64 of 24 to 64 bytes, a public key `whpk_` and base64 of 32, as `callhook apply` showed it.',
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
