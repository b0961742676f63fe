/**
 * The story page: leg events come in, messages are in the outbox.
 *
 * For each event: whose device is it, has the leg moved, what may leave, who wants it (leg-book.ts). Leg states and
 * messages are committed together, as many events at once as came while the last commit ran (batch-queue.ts).
 * A store that fails (full disk, database away) is tried again until it succeeds: nothing is dropped, sources are
 * asked to wait, and `problem` tells the health page.
 */
import type { LegEvent } from '../call/leg-event.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Ids } from '../runtime/ids.ts';
import type { Logger } from '../runtime/logger.ts';
import type { SourceSink } from '../source/source.ts';
import { LeaseLost, type Lease } from '../store/leases.ts';
import { type CommittedMessage, type LegChange, type Store } from '../store/store.ts';
import { BatchQueue } from './batch-queue.ts';
import { Insistence } from './insistence.ts';
import { LegBook, type IngestSource, type Verdict } from './leg-book.ts';
import { lookUp, type Known, type Question } from './look-up.ts';

export interface IngestOptions {
  store: Pick<Store, 'calls' | 'directory'>;
  ids: Ids;
  /** Whether each step of a leg leaves a row in the trail; true unless said otherwise. */
  keepsTrail?: boolean;
  clock: Clock;
  log: Logger;
  /** Called after each commit that stored messages. @param tookMs from the first try to its end */
  committed(messages: readonly CommittedMessage[], tookMs: number): void;
  /** For metrics and `playback --explain`: what became of each event. */
  decided?(event: DecidedEvent, verdict: Verdict, sourceId: string): void;
}

/** The lease that a source is read under. */
export interface HeldLease {
  lease: Lease;
  lost(): void;
}

/** A leg event; that of a leg which a resync did not find any more has no device. */
export type DecidedEvent = Pick<LegEvent, 'leg' | 'direction' | 'state'> & Partial<Pick<LegEvent, 'device'>>;

/** What a source hands over at once. */
type Handover = { book: LegBook } & (
  | { kind: 'legs'; events: readonly LegEvent[] }
  | { kind: 'alive'; legs: ReadonlySet<string>; atMs: number; among: (leg: string) => boolean }
);

export class Ingest {
  readonly #options: IngestOptions;
  readonly #insistence: Insistence;
  readonly #queue: BatchQueue<Handover>;
  readonly #held = new WeakMap<LegBook, HeldLease>();
  /** Handovers of each source that are not committed yet. */
  readonly #uncommitted = new Map<string, number>();

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#insistence = new Insistence(options);
    this.#queue = new BatchQueue((batch) => this.#process(batch));
  }

  /** Why nothing can be committed at the moment, in the database's words; undefined when all is well. */
  get problem(): string | undefined {
    return this.#insistence.problem;
  }

  /**
   * Remembers the source's open legs from the store.
   * @param held the lease under which the source is read, if sources are shared; `lost` is called when it proves to be
   *   somebody else's, and nothing that is handed over from then on is stored
   * @returns the ear that the source talks to
   */
  async open(
    source: IngestSource,
    held: HeldLease | undefined,
    more: Pick<SourceSink, 'state' | 'ignored'>,
  ): Promise<SourceSink> {
    const book = new LegBook(source, this.#options, await this.#options.store.calls.openLegs(source.id));
    if (held !== undefined) this.#held.set(book, held);
    return {
      ...more,
      // Counted on the way here: source-news.ts.
      heard: () => {},
      legs: async (events) => {
        if (events.length > 0) await this.#add({ kind: 'legs', book, events }, events.length);
      },
      alive: (legs, atMs, among = () => true) => this.#add({ kind: 'alive', book, legs, atMs, among }, 1),
      backlogged: () => this.#queue.full,
      drained: (signal) => this.#queue.drained(signal),
    };
  }

  /**
   * True while something that was read of this source is not committed. A source must not be opened again before:
   * the legs that are read from the store then would lack those that are still on their way into it.
   */
  isBusyWith(sourceId: string): boolean {
    return this.#uncommitted.has(sourceId);
  }

  async #add(handover: Handover, weight: number): Promise<void> {
    const { sourceId } = handover.book;
    this.#uncommitted.set(sourceId, (this.#uncommitted.get(sourceId) ?? 0) + 1);
    try {
      await this.#queue.add(handover, weight);
    } finally {
      const left = (this.#uncommitted.get(sourceId) ?? 1) - 1;
      if (left > 0) this.#uncommitted.set(sourceId, left);
      else this.#uncommitted.delete(sourceId);
    }
  }

  /** Waits until everything that was handed over is committed. */
  async idle(): Promise<void> {
    await this.#queue.idle();
  }

  /** Waits until everything that was handed over is committed; a commit that fails now is given up. */
  async close(): Promise<void> {
    this.#insistence.giveUp();
    await this.#queue.idle();
  }

  async #process(batch: readonly Handover[]): Promise<void> {
    const { store, clock, committed } = this.#options;
    const known = await this.#insistence.until(() => lookUp(store.directory, batch.map(questionOf)));
    const changes: { book: LegBook; change: LegChange }[] = [];
    for (const { book, ...handover } of batch) {
      if (handover.kind === 'alive') {
        for (const { event, change, verdict } of endedBy(handover, book, known)) {
          if (change !== undefined) changes.push({ book, change });
          this.#options.decided?.(event, verdict, book.sourceId);
        }
        continue;
      }
      for (const event of handover.events) {
        const { change, verdict } = book.take(event, known);
        if (change !== undefined) changes.push({ book, change });
        this.#options.decided?.(event, verdict, book.sourceId);
      }
    }
    const begunAtMs = clock.nowMs();
    const messages = await this.#commit(changes);
    if (messages.length > 0) committed(messages, clock.nowMs() - begunAtMs);
  }

  /** Commits what was read under leases that are still held; what was not is dropped, and its source told. */
  async #commit(
    changes: readonly { book: LegBook; change: LegChange }[],
  ): Promise<readonly CommittedMessage[]> {
    const { store, clock, log } = this.#options;
    for (let left = changes; left.length > 0;) {
      const leases = new Set(left.flatMap(({ book }) => this.#held.get(book)?.lease ?? []));
      try {
        return await this.#insistence.until(
          () =>
            store.calls.commit(
              left.map(({ change }) => change),
              clock.nowMs(),
              [...leases],
            ),
          (error) => error instanceof LeaseLost,
        );
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
        log.warn({ leases: error.lost }, 'read by another node meanwhile; what was read here is dropped');
        const isLost = (book: LegBook) => error.lost.includes(this.#held.get(book)?.lease.name ?? '');
        for (const { book } of left) if (isLost(book)) this.#held.get(book)?.lost();
        left = left.filter(({ book }) => !isLost(book));
      }
    }
    return [];
  }
}

type Alive = Omit<Extract<Handover, { kind: 'alive' }>, 'book'>;

/** What a resync did not find any more. */
function endedBy({ legs, atMs, among }: Alive, book: LegBook, known: Known) {
  return book.endAllBut({ has: (leg) => legs.has(leg) || !among(leg) }, atMs, known);
}

function questionOf(handover: Handover): Question {
  const { book } = handover;
  return handover.kind === 'legs' ? book.questionFor(handover.events) : book.questionForAll();
}
