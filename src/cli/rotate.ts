/**
 * `callhook rotate`: another signing secret for an endpoint. The one before it goes on signing for a while, so that the
 * receiver can change over without losing a message.
 */
import { Command, InvalidArgumentError } from 'commander';
import type { EndpointName } from '../command/command.ts';
import { OVERLAP_RULE, readOverlap, rotateSecret, type Rotated } from '../command/rotate-secret.ts';
import { signingOf } from '../policy/signing.ts';
import { publicKeyOf } from '../runtime/ed25519.ts';
import { identityOf } from '../store/open-store.ts';
import { bySystemUser } from './by.ts';
import { noSuchEndpoint, readEndpointName, withInstallation } from './installation.ts';

interface Options {
  overlap?: number;
  ed25519?: boolean;
  hmac?: boolean;
  config?: string;
}

export function rotateCommand(): Command {
  return new Command('rotate')
    .description('Give an endpoint another signing secret; the one before it goes on signing for a while.')
    .argument('<organisation/endpoint>', 'as `callhook status` shows it', readEndpointName)
    .option('--overlap <time>', 'how long both sign: 0s to 30d; 24h unless told otherwise', overlapOf)
    .option('--ed25519', 'sign with a private key that stays here; receivers need its public key only')
    .option('--hmac', 'sign with a secret again, where Ed25519 was chosen before')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(rotate);
}

async function rotate(
  name: EndpointName,
  { overlap: overlapMs, ed25519, hmac, config }: Options,
): Promise<void> {
  await withInstallation(config, async (store, _config, keys) => {
    const { fingerprint } = await identityOf(store, keys);
    const command = { ...name, by: bySystemUser('callhook rotate'), nowMs: store.nowMs() };
    const signing = ed25519 ? 'ed25519' : hmac ? 'hmac-sha256' : undefined;
    const rotated = await rotateSecret({ store, fingerprint }, command, { overlapMs, signing });
    if (rotated === undefined) throw noSuchEndpoint(name);
    for (const line of rotatedLines(name, rotated)) process.stdout.write(`${line}\n`);
  });
}

function* rotatedLines(
  { organisationId, endpointId }: EndpointName,
  { secret, formerUntilMs }: Rotated,
): Generator<string> {
  yield* signingLines(`endpoint ${endpointId} in ${organisationId}`, secret);
  yield formerUntilMs === undefined
    ? 'The one before it signs no more.'
    : `The one before it signs too, until ${new Date(formerUntilMs).toISOString()}.`;
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
function overlapOf(text: string): number {
  const ms = readOverlap(text);
  if (ms === undefined) throw new InvalidArgumentError(`Write ${OVERLAP_RULE}.`);
  return ms;
}
