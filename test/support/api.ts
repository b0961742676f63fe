/** The API on a real store, with accounts of each role, and a client that speaks to it as one of them. */
import type { TestContext } from 'node:test';
import type { ApiContext } from '../../src/api/context.ts';
import type { Rates } from '../../src/api/rates.ts';
import type { StreamLimits } from '../../src/api/stream/listeners.ts';
import { createApi, listen, type ApiOptions } from '../../src/api/server.ts';
import { SharedIngest } from '../../src/ingest/shared-ingest.ts';
import type { Role } from '../../src/policy/access.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Directory } from '../../src/policy/directory.ts';
import { systemClock, type Clock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createPasswordHasher, type PasswordHasher } from '../../src/runtime/password-hash.ts';
import { hashToken, newId, newToken } from '../../src/runtime/tokens.ts';
import { HttpSources } from '../../src/source/http-ingest/run.ts';
import type { Store } from '../../src/store/store.ts';
import { NO_WAY_OUT } from './no-way-out.ts';
import { KEYS, openTestStore } from './store.ts';
import { directoryFor } from './transcripts.ts';

export const PASSWORD = 'correct horse battery';

export interface Reply {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever was answered
  body: any;
  text: string;
}

export interface Client {
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
}

export interface TestApi {
  url: string;
  store: Store;
  context: ApiContext;
  /** The server stops, as `callhook serve` stops it. */
  stop(): Promise<void>;
  nobody: Client;
  /** Sends these headers with each request. */
  as(headers: Record<string, string>): Client;
  /** A new account's session. */
  account(
    role: Role,
    organisationId?: string,
  ): Promise<{ client: Client; id: string; email: string; cookie: string }>;
  key(
    scope: 'read' | 'write' | 'ingest',
    organisationId?: string,
  ): Promise<{ client: Client; id: string; token: string }>;
}

/** Two organisations: the usual one, and `beta` with one endpoint. */
export function twoOrganisations(): Directory {
  const { sources, organisations } = directoryFor('PJSIP');
  const [acme] = organisations;
  const beta = { ...acme!, id: 'beta', name: 'Beta AB', users: [], functionNumbers: [] };
  return { sources, organisations: [acme!, beta] };
}

export interface TestApiOptions {
  store?: Store;
  clock?: Clock;
  passwords?: PasswordHasher;
  rates?: Rates;
  streams?: StreamLimits;
  trustedProxies?: readonly string[];
  publicUrl?: string;
  mail?: ApiContext['mail'];
  sending?: Partial<typeof NO_WAY_OUT>;
  directory?: Directory;
  /** The folder of the built portal; left out: none. */
  portal?: string;
  certificate?: ApiOptions['certificate'];
  requestWithinMs?: number;
  mostConnections?: number;
}

/** What the operator sees of it. */
export const INSTALLATION: ApiContext['installation'] = {
  database: { kind: 'sqlite', name: 'callhook.db' },
  databaseProblem: () => undefined,
  settings: [
    { name: 'keep_days', value: 30, secret: false, set: true, from: 'default' },
    { name: 'smtp_url', secret: true, set: true, from: 'environment' },
  ],
};

const NO_LIMIT = { burst: 1e9, everyMs: 1 };
const note = {
  atMs: 1,
  by: { actor: { kind: 'system', id: 'test', name: 'test' } },
  action: 'created',
  thing: 'account',
  id: 'test',
} as const;

export async function startApi(t: TestContext, options: TestApiOptions = {}): Promise<TestApi> {
  const { store = openTestStore(), clock = systemClock, passwords = createPasswordHasher() } = options;
  const log = createLogger('silent');
  const empty = { sources: [], organisations: [] };
  const directory = options.directory ?? twoOrganisations();
  await store.directory.write(planChanges(empty, directory, { prune: false }).changes);
  const context: ApiContext = {
    store,
    clock,
    log,
    passwords,
    ...NO_WAY_OUT,
    ...options.sending,
    fingerprint: KEYS.fingerprint,
    publicUrl: options.publicUrl ?? '',
    ...(options.mail !== undefined && { mail: options.mail }),
    installation: INSTALLATION,
  };
  const ingest = new SharedIngest({ store, ids: KEYS.ids, clock, log, committed: () => {} });
  const metrics = { text: async () => '', contentType: 'text/plain' };
  const api = createApi({
    portal: options.portal ?? 'none',
    health: { databaseProblem: () => undefined, sources: () => new Map(), metrics },
    events: { sources: new HttpSources({ directory: store.directory, heard: () => {} }), ingest, clock, log },
    context,
    trustedProxies: options.trustedProxies ?? [],
    ...(options.streams !== undefined && { streams: options.streams }),
    ...(options.certificate && { certificate: options.certificate }),
    ...(options.requestWithinMs !== undefined && { requestWithinMs: options.requestWithinMs }),
    ...(options.mostConnections !== undefined && { mostConnections: options.mostConnections }),
    rates: options.rates ?? { somebody: NO_LIMIT, nobody: NO_LIMIT },
  });
  const url = await listen(api, '127.0.0.1', 0);
  if (context.publicUrl === '') context.publicUrl = url;
  t.after(async () => {
    await api.close();
    await ingest.close();
    await store.close();
  });
  const as = (headers: Record<string, string>) => clientOf(url, headers);
  const passwordHash = await passwords.hash(PASSWORD);
  return {
    url,
    store,
    context,
    stop: () => api.close(),
    nobody: as({ 'x-callhook': '1' }),
    as,
    async account(role, organisationId) {
      const id = newId();
      const email = `${role}.${id.toLowerCase()}@example.com`;
      const nowMs = clock.nowMs();
      const ofOrganisation = organisationId !== undefined && { organisationId };
      const account = { id, email, name: role, role, ...ofOrganisation, passwordHash, createdAtMs: nowMs };
      await store.accounts.create(account, note);
      const token = newToken('session');
      const times = { createdAtMs: nowMs, seenAtMs: nowMs, expiresAtMs: nowMs + 1e9 };
      const session = { id: newId(), accountId: id, ...times, address: '127.0.0.1', client: 'test' };
      await store.accounts.openSession(session, hashToken(token), note);
      const cookie = `callhook_session=${token}`;
      return { client: as({ cookie, 'x-callhook': '1' }), id, email, cookie };
    },
    async key(scope, organisationId) {
      const token = newToken('key');
      const id = newId();
      const ofOrganisation = organisationId !== undefined && { organisationId };
      const key = { id, name: scope, scope, prefix: token.slice(0, 12), createdAtMs: 1, ...ofOrganisation };
      await store.accounts.createApiKey(key, hashToken(token), note);
      return { client: as({ authorization: `Bearer ${token}` }), id, token };
    },
  };
}

function clientOf(url: string, common: Record<string, string>): Client {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path.startsWith('/') ? path : `/api/v1/${path}`}`, {
      method,
      redirect: 'manual',
      headers: { ...common, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isEndless = (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
    if (isEndless) await response.body?.cancel();
    const text = isEndless ? '' : await response.text();
    const isJson =
      (response.headers.get('content-type') ?? '').includes('json') &&
      !/ndjson/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
      text,
    };
  };
}
