/**
 * How nodes wake each other: NOTIFY with what was stored, LISTEN on a connection of its own that comes back by itself.
 * Notifications can get lost with their connection, and time passes without any; so once a second everybody looks.
 */
import type { Client } from 'pg';
import type { Connections } from './connections.ts';
import type { Statements } from './database.ts';

const CHANNEL = 'callhook_outbox';
export const FEED_CHANNEL = 'callhook_feed';
const LOOK_EVERY_MS = 1_000;

export class Waker {
  readonly #connections: Connections;
  readonly #node: string;
  #wake: (() => void) | undefined;
  readonly #feedWakes = new Set<(organisationId?: string) => void>();
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
    this.#start();
    return () => {
      this.#wake = undefined;
      this.#stopIfUnheard();
    };
  }

  /** `wake` is given the organisation whose feed has grown, on whichever node; none where it may be any. */
  listenToFeed(wake: (organisationId?: string) => void): () => void {
    this.#feedWakes.add(wake);
    this.#start();
    return () => {
      this.#feedWakes.delete(wake);
      this.#stopIfUnheard();
    };
  }

  /** May be called twice. */
  stop(): void {
    this.#wake = undefined;
    this.#feedWakes.clear();
    this.#stopIfUnheard();
  }

  get #isHeard(): boolean {
    return this.#wake !== undefined || this.#feedWakes.size > 0;
  }

  #start(): void {
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => {
        this.#connect();
        this.#wake?.();
        // Listeners look by themselves at every heartbeat; without a connection nobody tells them of more.
        if (this.#client === undefined) this.#wakeFeed();
      }, LOOK_EVERY_MS);
      this.#timer.unref();
    }
    this.#connect();
  }

  #stopIfUnheard(): void {
    if (this.#isHeard) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#drop(this.#client);
  }

  #wakeFeed(organisationId?: string): void {
    for (const wake of this.#feedWakes) wake(organisationId);
  }

  #wakeAll(): void {
    this.#wake?.();
    this.#wakeFeed();
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
    if (!this.#isHeard) return this.#drop(client);
    this.#client = client;
    client.on('notification', ({ channel, payload }) => {
      if (channel === FEED_CHANNEL) {
        this.#wakeFeed(payload);
        return;
      }
      // Our own commits wake us by themselves.
      if (payload !== this.#node) this.#wake?.();
    });
    for (const end of ['error', 'end'] as const) client.once(end, () => this.#drop(client));
    try {
      await client.query(`LISTEN ${CHANNEL}; LISTEN ${FEED_CHANNEL}`);
    } catch (error) {
      this.#drop(client);
      throw error;
    }
    // What was told while nobody listened.
    this.#wakeAll();
  }

  #drop(client: Client | undefined): void {
    if (this.#client === client) this.#client = undefined;
    client?.end().catch(() => {});
  }
}
