/**
 * Where receivers of Ed25519 signatures find the keys to verify them with. Public keys are for everybody: nobody has to say
 * who they are.
 */
import type { FastifyInstance } from 'fastify';
import { signingOf } from '../policy/signing.ts';
import { publicKeyOf } from '../runtime/ed25519.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { DirectoryStore } from '../store/store.ts';
import { sendProblem } from './problem.ts';
import { refuseOtherMethods } from './unread.ts';

export interface PublicKeysOptions {
  directory: Pick<DirectoryStore, 'endpoint'>;
  nowMs(): number;
}

interface Route {
  Params: { organisation: string; endpoint: string };
}

const PATH = '/api/v1/organisations/:organisation/endpoints/:endpoint/public-keys';
/** Receivers may keep them so long: less than any overlap that makes sense. */
const MAX_AGE_S = 300;

/**
 * `GET /api/v1/organisations/{organisation}/endpoints/{endpoint}/public-keys`: a JWK Set (RFC 7517, RFC 8037). Beside the
 * standard's members each key has `whpk`, the same as Standard Webhooks writes it, and, where it was replaced, `until`.
 */
export function publicKeyRoutes(api: FastifyInstance, { directory, nowMs }: PublicKeysOptions): void {
  refuseOtherMethods(api, PATH, 'GET', 'HEAD');
  api.get<Route>(PATH, async ({ params }, reply) => {
    const endpoint = await directory.endpoint(params.organisation, params.endpoint).catch(isAway);
    if (endpoint === 'unavailable') return sendProblem(reply, 'STORE_UNAVAILABLE', 'Try again in a moment.');
    const atMs = nowMs();
    const current = endpoint === undefined ? [] : [{ secret: endpoint.secret, untilMs: undefined }];
    const former = (endpoint?.formerSecrets ?? []).filter(({ untilMs }) => untilMs > atMs);
    const keys = [...current, ...former]
      .filter(({ secret }) => signingOf(secret) === 'ed25519')
      .map(({ secret, untilMs }) => keyOf(secret, untilMs));
    if (keys.length === 0)
      return sendProblem(reply, 'NOT_FOUND', 'No endpoint of this name has a public key.');
    return reply
      .type('application/jwk-set+json')
      .header('cache-control', `public, max-age=${MAX_AGE_S}`)
      .send(JSON.stringify({ keys }));
  });
}

function isAway(error: unknown): 'unavailable' {
  if (error instanceof CallhookError) return 'unavailable';
  throw error;
}

function keyOf(privateKey: string, untilMs: number | undefined) {
  const whpk = publicKeyOf(privateKey);
  const x = Buffer.from(whpk.slice('whpk_'.length), 'base64').toString('base64url');
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    x,
    use: 'sig',
    alg: 'EdDSA',
    whpk,
    ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
  };
}
