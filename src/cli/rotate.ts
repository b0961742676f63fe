/**
 * `callhook rotate`: another signing secret for an endpoint. The one before it goes on signing for a while, so that the
 * receiver can change over without losing a message.
 */
import { Command, InvalidArgumentError } from 'commander';
import { generateSecret } from '../delivery/signature.ts';
import { OVERLAP_MS, signingOf } from '../policy/signing.ts';
import { publicKeyOf } from '../runtime/ed25519.ts';
import { bySystemUser } from './by.ts';
import { noSuchEndpoint, readEndpointName, withInstallation, type EndpointName } from './installation.ts';

interface Options {
  overlap?: number;
  ed25519?: boolean;
  hmac?: boolean;
  config?: string;
}

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_OVERLAP_MS = 30 * 86_400_000;

export function rotateCommand(): Command {
  return new Command('rotate')
    .description('Give an endpoint another signing secret; the one before it goes on signing for a while.')
    .argument('<organisation/endpoint>', 'as `callhook status` shows it', readEndpointName)
    .option('--overlap <time>', 'how long both sign: 0s to 30d; 24h unless told otherwise', readOverlap)
    .option('--ed25519', 'sign with a private key that stays here; receivers need its public key only')
    .option('--hmac', 'sign with a secret again, where Ed25519 was chosen before')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(rotate);
}

async function rotate(
  name: EndpointName,
  { overlap = OVERLAP_MS, ed25519, hmac, config }: Options,
): Promise<void> {
  const { organisationId, endpointId } = name;
  await withInstallation(config, async (store) => {
    const before = await store.directory.endpoint(organisationId, endpointId);
    if (before === undefined) throw noSuchEndpoint(name);
    const signing = ed25519 ? 'ed25519' : hmac ? 'hmac-sha256' : signingOf(before.secret);
    const secret = generateSecret(signing);
    const nowMs = store.nowMs();
    const untilMs = nowMs + overlap;
    const times = { nowMs, untilMs };
    if ((await store.directory.replaceSecret(organisationId, endpointId, secret, times)) === undefined)
      throw noSuchEndpoint(name);
    await store.accounts.note({
      atMs: nowMs,
      by: bySystemUser('callhook rotate'),
      action: 'changed',
      thing: 'endpoint',
      id: endpointId,
      organisationId,
      after: { secret: 'rotated', signing },
    });
    for (const line of rotatedLines(name, secret, overlap > 0 ? untilMs : undefined))
      process.stdout.write(`${line}\n`);
  });
}

function* rotatedLines(
  { organisationId, endpointId }: EndpointName,
  secret: string,
  untilMs: number | undefined,
): Generator<string> {
  yield* signingLines(`endpoint ${endpointId} in ${organisationId}`, secret);
  yield untilMs === undefined
    ? 'The one before it signs no more.'
    : `The one before it signs too, until ${new Date(untilMs).toISOString()}.`;
  yield 'Where the directory file names a `secret` for it, change that as well: `callhook apply` would bring it back.';
}

/** The only words that show a signing secret, and only one that was just made. Of a private key the public half. */
export function signingLines(name: string, secret: string): string[] {
  const shown =
    signingOf(secret) === 'ed25519'
      ? [
          `The public key of ${name}; the receiver verifies with it:`,
          `    ${publicKeyOf(secret)}`,
          'It is also at /api/v1/organisations/ORGANISATION/endpoints/ENDPOINT/public-keys of the API.',
        ]
      : [`The signing secret of ${name}. It is shown only now; give it to the receiver:`, `    ${secret}`];
  return ['', ...shown, ''];
}

/** @throws InvalidArgumentError */
function readOverlap(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(ms <= LONGEST_OVERLAP_MS))
    throw new InvalidArgumentError('Write a time from 0s to 30d, such as 24h.');
  return ms;
}
