/**
 * One request for an access token: OAuth 2.0 client credentials (RFC 6749 section 4.4), written and read by oauth4webapi,
 * dialled as messages are: https only, through the address guard, no redirects, bounded in time and in size.
 */
import {
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrantRequest,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import type { Dispatcher } from 'undici';
import type { OAuthSettings } from '../policy/endpoint-settings.ts';
import { readError, readRetryAfter, type Failure, type FailureCode } from './outcome.ts';

export interface OAuthClient extends OAuthSettings {
  clientSecret: string;
  /** Whose it is: `organisation/endpoint`. */
  of: string;
}

export type TokenAnswer = { token: string; expiresInMs?: number } | { failure: Failure };

/** Tokens with many claims in them have some kB. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Thrown out of the library where it has nothing to say. */
class NoToken extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** Never rejects: every end is an answer. */
export async function requestToken(
  client: OAuthClient,
  agent: Dispatcher,
  signal: AbortSignal,
  nowMs: number,
): Promise<TokenAnswer> {
  const { tokenUrl, clientId: client_id, clientSecret, clientAuthentication } = client;
  const server = { issuer: tokenUrl, token_endpoint: tokenUrl };
  const proof =
    clientAuthentication === 'post' ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
  try {
    const response = await clientCredentialsGrantRequest(server, { client_id }, proof, parametersOf(client), {
      [customFetch]: (url, { headers, body }) => post(url, headers, String(body), agent, signal, nowMs),
    });
    const answer = await processClientCredentialsResponse(server, { client_id }, response);
    const { access_token: token, token_type, expires_in } = answer;
    // What goes into a header field must not end it. A DPoP token would want proofs that nobody makes here.
    if (!/^[\x21-\x7e]+$/.test(token) || token_type !== 'bearer') return noToken('oauth_failed', NOT_A_TOKEN);
    return { token, ...(expires_in !== undefined && { expiresInMs: expires_in * 1_000 }) };
  } catch (error) {
    if (error instanceof NoToken) return { failure: error.failure };
    if (error instanceof ResponseBodyError) return refused(error);
    return noToken('oauth_failed', NOT_A_TOKEN);
  }
}

const NOT_A_TOKEN =
  'What the token server answered is no bearer token. Is the token address right? It has to answer as RFC 6749 says.';

function noToken(code: FailureCode, detail: string): { failure: Failure } {
  return { failure: { ok: false, code, detail } };
}

/** The standard's error code only: a description may quote what was sent. */
function refused({ error, status }: ResponseBodyError): { failure: Failure } {
  const code = /^[a-z_]{1,40}$/.test(error) ? error : 'an error that is none of the standard';
  const advice = ADVICE[code] ?? 'The token server’s log knows more.';
  return noToken('oauth_refused', `The token server says ${code} (${status}). ${advice}`);
}

const ADVICE: Readonly<Record<string, string | undefined>> = {
  invalid_client: 'Compare client_id, client_secret and client_authentication.',
  unauthorized_client: 'This client may not use client credentials there.',
  unsupported_grant_type: 'It gives no tokens for client credentials.',
  invalid_scope: 'Compare scope.',
  invalid_target: 'Compare resource and audience.',
  invalid_request: 'Does it want scope, audience or resource, or another client_authentication?',
};

function parametersOf({ scope, audience, resource }: OAuthSettings): Record<string, string> {
  return {
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
  };
}

/** @throws NoToken where there is no answer for the library to read */
async function post(
  address: string,
  headers: Record<string, string>,
  body: string,
  agent: Dispatcher,
  signal: AbortSignal,
  nowMs: number,
): Promise<Response> {
  const { origin, pathname, search } = new URL(address);
  let status: number;
  let answered: Dispatcher.ResponseData['headers'];
  let text: string;
  try {
    const response = await agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers,
      body,
      signal,
    });
    ({ statusCode: status, headers: answered } = response);
    text = await readBounded(response.body);
  } catch (error) {
    throw error instanceof NoToken ? error : new NoToken(unreachable(error, signal));
  }
  if (status !== 200 && (status < 400 || status >= 500 || status === 429)) {
    const failure: Failure = {
      ok: false,
      code: 'oauth_failed',
      detail: `The token server answered ${status}: ${wordsFor(status)}.`,
    };
    const retryAfterMs = readRetryAfter(String(answered['retry-after'] ?? ''), nowMs);
    throw new NoToken({ ...failure, ...(retryAfterMs !== undefined && { retryAfterMs }) });
  }
  const type = String(answered['content-type'] ?? '');
  return new Response(text, { status, headers: { 'content-type': type } });
}

function wordsFor(status: number): string {
  if (status === 429) return 'it wants fewer requests';
  if (status >= 500) return 'it failed';
  return status >= 300 ? 'redirects are not followed, change the token address' : 'that is no token';
}

async function readBounded(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      body.destroy();
      throw new NoToken({ ok: false, code: 'oauth_failed', detail: NOT_A_TOKEN });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What broke, in the words for a receiver. */
function unreachable(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return TOO_LATE;
  const { detail } = readError(error);
  return { ok: false, code: 'oauth_unreachable', detail: detail.replaceAll('receiver', 'token server') };
}

export const TOO_LATE: Failure = {
  ok: false,
  code: 'oauth_unreachable',
  detail: 'The token server did not answer in time.',
};
