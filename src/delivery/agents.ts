/**
 * Connections, by who we are to the receiver. Endpoints without own certificates share one agent; for each set of own
 * certificates there is another one, so that no connection is ever used under another identity. Whatever the agent: only
 * addresses that the guard lets pass are dialled, TLS 1.2 or newer, HTTP/1.1.
 *
 * Connections are kept alive for 4 s, less than the usual 5 s after which servers hang up, so that a POST is seldom
 * written into a socket that is just being closed; when it happens all the same, the attempt counts as failed and the
 * message is tried again, since nobody knows whether it was read.
 */
import { createHash } from 'node:crypto';
import { createSecureContext, getCACertificates, type TLSSocket } from 'node:tls';
import { Agent, buildConnector, Client, Pool } from 'undici';
import { guardedLookup, HTTPS_PORT, refusalOf, type Allowed } from './address-guard.ts';
import { Connection, type Line } from './connection.ts';
import { Exchange } from './exchange.ts';

/** PEM texts. */
export interface TlsIdentity {
  /** Authorities that count beside the others. */
  ca?: string;
  certificate?: string;
  privateKey?: string;
}

export interface AgentOptions {
  allowed: Allowed;
  /** PEM; authorities that count beside the well-known ones. */
  trustedCertificates: readonly string[];
  timeouts: { connectMs: number; totalMs: number };
}

const KEEP_ALIVE_MS = 4_000;
/** Each holds all well-known authorities in memory, some MB. */
const MOST_KEPT = 64;
/** One that nobody has asked for so long is let go of: its endpoint may have other certificates by now. */
const IDLE_MS = 60_000;

interface Kept {
  agent: Agent;
  usedAtMs: number;
}

export class Agents {
  readonly #options: AgentOptions;
  readonly #shared: Agent;
  /** By identity, the one that was used last at the end. */
  readonly #kept = new Map<string, Kept>();
  /** Agents that are let go of and still finish what they began. */
  readonly #closing = new Set<Promise<void>>();

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#shared = createAgent(options, {});
  }

  /** How many there are beside the shared one. */
  get kept(): number {
    return this.#kept.size;
  }

  /** @returns undefined where OpenSSL does not take the certificates */
  of(tls: TlsIdentity | undefined, nowMs: number): Agent | undefined {
    if (tls === undefined) return this.#shared;
    const name = nameOf(tls);
    const agent = this.#kept.get(name)?.agent ?? this.#create(tls);
    if (agent === undefined) return undefined;
    // Set anew, so that the one that was idle for longest comes first.
    this.#kept.delete(name);
    this.#kept.set(name, { agent, usedAtMs: nowMs });
    const [oldest] = this.#kept;
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#letGo(...oldest);
    return agent;
  }

  /** Lets go of those that nobody uses any more. */
  sweep(nowMs: number): void {
    for (const [name, kept] of this.#kept) {
      if (kept.usedAtMs + IDLE_MS > nowMs) return;
      this.#letGo(name, kept);
    }
  }

  async destroy(): Promise<void> {
    await Promise.all([this.#shared, ...[...this.#kept.values()].map(({ agent }) => agent)].map(end));
    this.#kept.clear();
    await Promise.all(this.#closing);
  }

  #create(tls: TlsIdentity): Agent | undefined {
    try {
      return createAgent(this.#options, tls);
    } catch {
      return undefined;
    }
  }

  #letGo(name: string, { agent }: Kept): void {
    this.#kept.delete(name);
    const closed = agent
      .close()
      .catch(() => {})
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

function end(agent: Agent): Promise<void> {
  return agent.destroy();
}

function nameOf({ ca, certificate, privateKey }: TlsIdentity): string {
  return createHash('sha256')
    .update(JSON.stringify([ca, certificate, privateKey]))
    .digest('base64');
}

function createAgent({ allowed, trustedCertificates, timeouts }: AgentOptions, tls: TlsIdentity): Agent {
  // Made once: reading all well-known authorities anew for each connection costs some 10 ms.
  const secureContext = createSecureContext({
    ca: [...getCACertificates('default'), ...trustedCertificates, ...(tls.ca === undefined ? [] : [tls.ca])],
    cert: tls.certificate,
    key: tls.privateKey,
    minVersion: 'TLSv1.2',
  });
  const connect = buildConnector({
    secureContext,
    lookup: guardedLookup(allowed),
    timeout: timeouts.connectMs,
    allowH2: false,
  });
  /** One connection at a time, and each exchange that goes over it knows where to find it. */
  const createClient = (origin: URL, options: object): Client => {
    const line: Line = {};
    const client = new Client(origin, {
      ...options,
      connect: (target, callback) => {
        const { hostname, port } = target;
        const refusal = refusalOf(hostname, Number(port || HTTPS_PORT), allowed);
        if (refusal !== undefined) return callback(refusal, null);
        // The types do not say that the socket is returned; it has not begun to connect yet.
        const socket = connect(target, callback) as unknown as TLSSocket;
        line.connection = new Connection(socket, hostname);
      },
    });
    const dispatch = client.dispatch.bind(client);
    client.dispatch = (request, handler) => {
      if (handler instanceof Exchange) handler.line = line;
      return dispatch(request, handler);
    };
    return client;
  };
  return new Agent({
    factory: (origin, options) => new Pool(origin, Object.assign({ factory: createClient }, options)),
    // No bound here, where it would count per host: two endpoints on one host must not wait for each other, and a
    // request that waits in a queue would use up its time. The dispatcher bounds attempts per endpoint.
    connections: null,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeouts.totalMs,
    bodyTimeout: timeouts.totalMs,
  });
}
