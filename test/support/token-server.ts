/** An OAuth 2.0 authorization server for tests: oidc-provider over TLS, with two clients. */
import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { Provider, type Adapter, type AdapterPayload } from 'oidc-provider';
import type { Pair } from './certificates.ts';
import { serveHttps } from './https-server.ts';

export const CLIENTS = {
  basic: { id: 'callhook:basic', secret: 'hunter2 basic & %+: secret of 32 characters' },
  post: { id: 'callhook-post', secret: 'hunter2-post-secret-of-at-least-32-chars' },
};

const SIGNING_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

/** What the provider brings of its own warns that it is none for production. */
class InMemory implements Adapter {
  readonly #kept = new Map<string, AdapterPayload>();

  upsert = async (id: string, payload: AdapterPayload) => void this.#kept.set(id, payload);
  find = async (id: string) => this.#kept.get(id);
  findByUid = async () => undefined;
  findByUserCode = async () => undefined;
  consume = async () => {};
  destroy = async (id: string) => void this.#kept.delete(id);
  revokeByGrantId = async () => {};
}

export interface TokenServer {
  tokenUrl: string;
  /** Requests so far. */
  requests(): number;
  /** Instead of the server's own answers, until undefined. */
  answers: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** Whether the server would take this `Authorization`, and for which audience and scope it was given. */
  knows(
    authorization: string | undefined,
  ): Promise<{ audience: unknown; scope: string | undefined } | undefined>;
}

export async function startTokenServer(t: TestContext, certificate: Pair): Promise<TokenServer> {
  let requests = 0;
  let callback: (request: IncomingMessage, response: ServerResponse) => unknown = () => {};
  const origin = await serveHttps(t, certificate, (request, response) => {
    requests += 1;
    if (server.answers === undefined) void callback(request, response);
    else request.resume().on('end', () => server.answers?.(request, response));
  });
  const provider = new Provider(origin, {
    clients: [
      {
        client_id: CLIENTS.basic.id,
        client_secret: CLIENTS.basic.secret,
        ...forTokensOnly('client_secret_basic'),
      },
      {
        client_id: CLIENTS.post.id,
        client_secret: CLIENTS.post.secret,
        ...forTokensOnly('client_secret_post'),
      },
    ],
    scopes: ['calls'],
    adapter: InMemory,
    jwks: { keys: [SIGNING_KEY] },
    ttl: { ClientCredentials: 600 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'calls',
          audience: resource,
          accessTokenFormat: 'opaque',
        }),
      },
    },
  });
  callback = provider.callback();
  const server: TokenServer = {
    tokenUrl: `${origin}/token`,
    requests: () => requests,
    answers: undefined,
    async knows(authorization = '') {
      const token = await provider.ClientCredentials.find(authorization.replace(/^Bearer /, ''));
      return token?.isValid === true ? { audience: token.aud, scope: token.scope } : undefined;
    },
  };
  return server;
}

function forTokensOnly(method: 'client_secret_basic' | 'client_secret_post') {
  return {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: method,
  };
}
