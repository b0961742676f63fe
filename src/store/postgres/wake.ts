/**
 * How nodes wake each other: NOTIFY with what was stored, LISTEN on a connection of its own that comes back by itself.
 * Notifications can get lost with their connection, and time passes without any; so once a second everybody looks.
 */
import type { Client } from 'pg';
import type { Connections } from './connections.ts';
import type { Statements } from './database.ts';

const CHANNEL = 'callhook_outbox';
const LOOK_EVERY_MS = 1_000;

export class Waker {
  readonly #connections: Connections;
  readonly #node: string;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #client: Client | undefined;
  #connecting = false;

  constructor(connections: Connections, node: string) {
    this.#connections = connections;
    this.#node = node;
  }

  /** Tells the other nodes once the transaction is committed. */
  tell(tx: Statements): void {
    void tx.query('SELECT pg_notify($1, $2)', [CHANNEL, this.#node]);
  }

  listen(wake: () => void): () => void {
    this.#wake = wake;
    this.#timer = setInterval(() => {
      this.#connect();
      wake();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
    this.#connect();
    return () => this.stop();
  }

  /** May be called twice. */
  stop(): void {
    clearInterval(this.#timer);
    this.#wake = undefined;
    this.#drop(this.#client);
  }

  #connect(): void {
    if (this.#client !== undefined || this.#connecting) return;
    this.#connecting = true;
    this.#open()
      .catch(() => {})
      .finally(() => (this.#connecting = false));
  }

  async #open(): Promise<void> {
    const client = await this.#connections.own();
    // Stopped meanwhile.
    if (this.#wake === undefined) return this.#drop(client);
    this.#client = client;
    client.on('notification', ({ payload }) => {
      // Our own commits wake us by themselves.
      if (payload !== this.#node) this.#wake?.();
    });
    for (const end of ['error', 'end'] as const) client.once(end, () => this.#drop(client));
    try {
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      this.#drop(client);
      throw error;
    }
    // What was told while nobody listened.
    this.#wake?.();
  }

  #drop(client: Client | undefined): void {
    if (this.#client === client) this.#client = undefined;
    client?.end().catch(() => {});
  }
}
