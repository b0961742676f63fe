/**
 * Which secrets sign an endpoint's messages. One is current; one that was replaced goes on signing for a while, so that
 * its receiver can change over without losing a message. Pure.
 */
import type { Signing } from './endpoint-settings.ts';
import type { EndpointWithSecret } from './organisation.ts';

const DAY_MS = 86_400_000;

/** How long a replaced secret goes on signing, unless said otherwise. */
export const OVERLAP_MS = DAY_MS;
/** Each adds a signature to every message: those replaced longest ago go first. */
const MOST_FORMER = 4;

/** Standard Webhooks' prefixes of secrets tell what they are for. */
export function signingOf(secret: string): Signing {
  return secret.startsWith('whsk_') ? 'ed25519' : 'hmac-sha256';
}

/** The endpoint with another secret; the one before it signs until `untilMs`. The same secret changes nothing. */
export function replaceSecret(
  endpoint: EndpointWithSecret,
  secret: string,
  { nowMs, untilMs }: { nowMs: number; untilMs: number },
): EndpointWithSecret {
  if (secret === endpoint.secret) return endpoint;
  const { formerSecrets: before = [], signing: _, ...rest } = endpoint;
  const formerSecrets = [{ secret: endpoint.secret, untilMs }, ...before]
    .filter((former) => former.untilMs > nowMs && former.secret !== secret)
    .slice(0, MOST_FORMER);
  return {
    ...rest,
    secret,
    ...(signingOf(secret) === 'ed25519' && { signing: 'ed25519' }),
    ...(formerSecrets.length > 0 && { formerSecrets }),
  };
}

/** Every secret that signs now, the current one first. */
export function secretsInForce(
  { secret, formerSecrets }: EndpointWithSecret,
  nowMs: number,
): readonly string[] {
  if (formerSecrets === undefined) return [secret];
  return [secret, ...formerSecrets.filter(({ untilMs }) => untilMs > nowMs).map((former) => former.secret)];
}

/** The endpoint without the secrets whose time is over. */
export function withoutEndedSecrets(endpoint: EndpointWithSecret, nowMs: number): EndpointWithSecret {
  const { formerSecrets = [], ...rest } = endpoint;
  const left = formerSecrets.filter(({ untilMs }) => untilMs > nowMs);
  return left.length === 0 ? rest : { ...rest, formerSecrets: left };
}
