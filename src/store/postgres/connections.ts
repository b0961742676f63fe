/**
 * Connections to whichever of the hosts takes changes. `pg` itself knows one host; here every new connection is tried
 * there first, and when that fails, all of them in turn. Connections to a server that turned out to be the wrong one are
 * not used again.
 */
import { Client, Pool, types, type ClientBase, type ClientConfig, type PoolClient } from 'pg';
import { IsStandby, unavailable } from './problem.ts';
import type { Place } from './places.ts';

/** To connect, and to get a connection when all are in use. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The server gives up a statement, and a transaction that a stopped node left open with its locks. */
const STATEMENT_TIMEOUT_MS = 20_000;
const IDLE_IN_TRANSACTION_MS = 10_000;
/** We give up when the server, or the network to it, vanished without a word. */
const ANSWER_TIMEOUT_MS = 25_000;
const KEEP_ALIVE_AFTER_MS = 5_000;

const BIGINT = 20;

const COMMON: ClientConfig = {
  application_name: 'callhook',
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  query_timeout: ANSWER_TIMEOUT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  // Statements are sent without waiting for the answers of those before.
  pipeline: true,
  types: {
    // Ids and milliseconds fit in the 53 bits of a number.
    getTypeParser: ((oid: number, format?: 'text') =>
      oid === BIGINT ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
  },
};

export class Connections {
  readonly #places: readonly [Place, ...Place[]];
  readonly #pool: Pool;
  /** Where new connections go. */
  #place: Place;
  /** Connections of which it is known that their server takes changes. */
  readonly #checked = new WeakSet<ClientBase>();
  #finding: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(places: readonly [Place, ...Place[]], most: number) {
    this.#places = places;
    [this.#place] = places;
    this.#pool = new Pool({
      max: most,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      Client: clientsTo(() => this.#place),
    });
    // A connection that is lost while nobody uses it leaves the pool by itself.
    this.#pool.on('error', () => {});
  }

  /** For people: `a:5432,b:5433/callhook`. */
  get name(): string {
    return `${this.#places.map(({ host }) => host).join(',')}/${this.#place.database}`;
  }

  /** @throws CallhookError `DATABASE_UNAVAILABLE` */
  async take(): Promise<PoolClient> {
    try {
      return await this.#takeThere();
    } catch (error) {
      if (this.#places.length === 1) throw unavailable(this.name, error);
      await this.#findWritable();
    }
    try {
      return await this.#takeThere();
    } catch (error) {
      throw unavailable(this.name, error);
    }
  }

  /** @param spoilt the connection is lost or leads to the wrong server */
  giveBack(client: PoolClient, spoilt: boolean): void {
    client.release(spoilt || placeOf.get(client) !== this.#place);
  }

  /** One of its own, outside the pool, connected to where the others are. To be ended by the caller. */
  async own(): Promise<Client> {
    if (this.#places.length > 1) await this.#findWritable();
    const client = new (clientsTo(() => this.#place))();
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw unavailable(this.name, error);
    }
  }

  /** Waits for those in use. */
  async close(): Promise<void> {
    this.#closed ??= this.#pool.end();
    await this.#closed;
  }

  async #takeThere(): Promise<PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      if (placeOf.get(client) !== this.#place) {
        client.release(true);
        continue;
      }
      if (this.#checked.has(client)) return client;
      try {
        await refuseStandby(client);
        this.#checked.add(client);
        return client;
      } catch (error) {
        client.release(true);
        throw error;
      }
    }
  }

  /** One search at a time, whoever asks. */
  async #findWritable(): Promise<void> {
    this.#finding ??= this.#search().finally(() => (this.#finding = undefined));
    await this.#finding;
  }

  async #search(): Promise<void> {
    let problem: unknown;
    const others = this.#places.filter((place) => place !== this.#place);
    for (const place of [this.#place, ...others]) {
      try {
        const client = new (clientsTo(() => place))();
        try {
          await client.connect();
          await refuseStandby(client);
        } finally {
          client.end().catch(() => {});
        }
        this.#place = place;
        return;
      } catch (error) {
        // A server that is there and says why tells more than one that is not.
        if (problem === undefined || error instanceof IsStandby) problem = error;
      }
    }
    throw unavailable(this.name, problem);
  }
}

const placeOf = new WeakMap<ClientBase, Place>();

/** The pool makes its clients by itself: they connect to where `place` says by then. */
function clientsTo(place: () => Place): new () => Client {
  return class extends Client {
    constructor() {
      const there = place();
      super({ ...COMMON, connectionString: there.connectionString });
      placeOf.set(this, there);
      // Whoever uses it learns of a lost connection by the next answer; without a listener it would end the process.
      this.on('error', () => {});
    }
  };
}

async function refuseStandby(client: Pick<Client, 'query'>): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  if (rows[0]?.standby !== false) throw new IsStandby();
}
