/** A platform that posts its events: a real HTTP server on a real store, and what a client of it needs. */
import type { TestContext } from 'node:test';
import { createApi, listen } from '../../src/api/server.ts';
import type { EventsOptions } from '../../src/api/events.ts';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { SharedIngest } from '../../src/ingest/shared-ingest.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Directory, OrganisationEntry } from '../../src/policy/directory.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createPasswordHasher } from '../../src/runtime/password-hash.ts';
import { HttpSources } from '../../src/source/http-ingest/run.ts';
import type { WireEvent } from '../../src/source/http-ingest/schema.ts';
import type { Store } from '../../src/store/store.ts';
import { INSTALLATION } from './api.ts';
import type { Message } from './expectation.ts';
import { NO_WAY_OUT } from './no-way-out.ts';
import { KEYS } from './store.ts';
import { directoryFor } from './transcripts.ts';

export const TOKEN = 'chsrc_0123456789-abcdefghij';

/** The usual directory, its source one that is posted to; devices are `1001`, `1002`, `1003`. */
export function postedDirectory(organisation: Partial<OrganisationEntry> = {}): Directory {
  const { organisations } = directoryFor('PJSIP');
  const [acme] = organisations;
  const users = acme!.users.map((user) => ({
    ...user,
    devices: [{ source: 'platform', address: user.extensions[0]!, type: 'SOFT' as const }],
  }));
  return {
    sources: [
      { id: 'platform', kind: 'http', secret: TOKEN, defaultDeviceType: 'DESKTOP' },
      ...directoryFor('PJSIP').sources,
    ],
    organisations: [{ ...acme!, users, ...organisation }],
  };
}

export function fill(store: Store, directory = postedDirectory()): Promise<void> {
  const empty = { sources: [], organisations: [] };
  return store.directory.write(planChanges(empty, directory, { prune: false }).changes);
}

export function event(more: Partial<WireEvent> = {}): WireEvent {
  return {
    leg: 'a',
    call: 'call-1',
    device: '1001',
    direction: 'INCOMING',
    state: 'EARLY',
    at: '2026-11-23T10:00:00.000Z',
    remote_number: '0409401234',
    ...more,
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever was answered
  body: any;
}

export interface PostOptions {
  /** Below `/api/v1/sources/`. */
  to?: string;
  type?: string;
  token?: string | undefined;
  headers?: Record<string, string>;
}

export interface IngestApi {
  url: string;
  ingest: SharedIngest;
  /** What was committed on this node, in order. */
  messages: Message[];
  /** A text is posted as it is, anything else as JSON. */
  post(body: unknown, options?: PostOptions): Promise<Answer>;
}

/** One node: the API on a store that is filled. */
export async function startIngestApi(
  t: TestContext,
  store: Store,
  more: Partial<EventsOptions> = {},
): Promise<IngestApi> {
  const messages: Message[] = [];
  const log = createLogger('silent');
  const ingest = new SharedIngest({
    store,
    ids: KEYS.ids,
    clock: systemClock,
    log,
    committed: (committed) => {
      messages.push(...committed.map(({ body }) => JSON.parse(body) as OutwardEvent & Message));
    },
  });
  const health = { databaseProblem: () => undefined, sources: () => new Map(), metrics: NO_METRICS };
  const sources = new HttpSources({ directory: store.directory, heard: () => {} });
  const context = {
    store,
    clock: systemClock,
    log,
    ...NO_WAY_OUT,
    passwords: createPasswordHasher(),
    fingerprint: KEYS.fingerprint,
    publicUrl: '',
    installation: INSTALLATION,
  };
  const events = { sources, ingest, clock: systemClock, log, ...more };
  const api = createApi({ health, events, context });
  const url = await listen(api, '127.0.0.1', 0);
  t.after(async () => {
    await api.close();
    await ingest.close();
  });
  return { url, ingest, messages, post: (body, options) => post(url, body, options) };
}

export async function post(url: string, body: unknown, options: PostOptions = {}): Promise<Answer> {
  const { to = 'platform/events', type = 'application/json', token = TOKEN, headers } = options;
  const response = await fetch(`${url}/api/v1/sources/${to}`, {
    method: 'POST',
    headers: {
      ...(type !== '' && { 'content-type': type }),
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? '' : JSON.parse(text) };
}

export function lines(events: readonly unknown[]): string {
  return events.map((one) => `${JSON.stringify(one)}\n`).join('');
}

const NO_METRICS = { text: async () => '', contentType: 'text/plain' };
