/**
 * Leg events that any node may receive, as by HTTP: no node reads the source, so none may trust its own memory of the
 * legs. Each batch reads the legs that it is about in the transaction that moves them, while no other node moves legs of
 * the same sources (`commitShared`). The rules are the same as for a source that is read: leg-book.ts.
 *
 * Who hands over learns what became of it, once that is durable; until then it may hand over the same again.
 */
import type { LegEvent } from '../call/leg-event.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { LegChange, LegsAsked, LegsFound } from '../store/store.ts';
import { BatchQueue } from './batch-queue.ts';
import type { DecidedEvent, IngestOptions } from './ingest.ts';
import { Insistence } from './insistence.ts';
import { LegBook, type IngestSource, type Verdict } from './leg-book.ts';
import { lookUp, type Known, type Question } from './look-up.ts';

/** What is handed over at once. */
export type Posted =
  | { kind: 'legs'; source: IngestSource; events: readonly LegEvent[] }
  | {
      kind: 'alive';
      source: IngestSource;
      legs: ReadonlySet<string>;
      /** Legs that are gone ended then. */
      atMs: number;
      /** When the list was made, if that is known: a leg that moved later is not in it, and up. */
      madeAtMs?: number;
    };

/** What became of it. */
export interface Taken {
  /** Events that moved a leg; for a list, legs that were ended. */
  moved: number;
  /** Events that changed nothing: repeated, or late. */
  unchanged: number;
  /** Events of devices that are nobody's in the directory. */
  nobodys: number;
  /** Legs of the source that are open now; only told for a list. */
  open: number;
}

interface Handover {
  posted: Posted;
  /** undefined: the source is not in the directory any more. */
  answer: PromiseWithResolvers<Taken | undefined>;
}

/** Commits are shared up to here; more would keep other work of this process waiting. */
const MOST_AT_ONCE = 1_000;

/** Thrown out of a transaction: the legs are not what the directory was asked about. Nothing was kept. */
class Surprise extends Error {
  readonly found: ReadonlyMap<string, LegsFound>;

  constructor(found: ReadonlyMap<string, LegsFound>) {
    super('legs of other organisations than expected');
    this.found = found;
  }
}

export class SharedIngest {
  readonly #options: IngestOptions;
  readonly #insistence: Insistence;
  readonly #queue: BatchQueue<Handover>;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#insistence = new Insistence(options);
    this.#queue = new BatchQueue((batch) => this.#process(batch), MOST_AT_ONCE);
  }

  /** Why nothing can be committed at the moment; undefined when all is well. */
  get problem(): string | undefined {
    return this.#insistence.problem;
  }

  /** True while ingest cannot keep up: hand over again later. */
  get backlogged(): boolean {
    return this.#queue.full;
  }

  /**
   * @returns what became of it, durable; undefined if its source is not in the directory any more
   * @throws what the store threw; then nothing was kept
   */
  take(posted: Posted): Promise<Taken | undefined> {
    const answer = Promise.withResolvers<Taken | undefined>();
    const weight = posted.kind === 'legs' ? posted.events.length : 1;
    // `#process` settles the answer itself, and never fails.
    void this.#queue.add({ posted, answer }, weight);
    return answer.promise;
  }

  /** Waits until everything that was handed over is committed; a commit that fails now is given up. */
  async close(): Promise<void> {
    this.#insistence.giveUp();
    await this.#queue.idle();
  }

  async #process(batch: readonly Handover[]): Promise<void> {
    try {
      const taken = await this.#commit(batch.map(({ posted }) => posted));
      for (const [index, { answer }] of batch.entries()) answer.resolve(taken[index]);
    } catch (error) {
      // One that cannot be stored must not keep the others from it; a database that is away is away for all.
      if (batch.length === 1 || error instanceof CallhookError) {
        for (const { answer } of batch) answer.reject(error);
      } else {
        for (const handover of batch) await this.#process([handover]);
      }
    }
    // The embedded database answers without ever letting go of the thread: others come to their turn here.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** @returns what became of each, in order; nothing for those whose source is gone */
  async #commit(batch: readonly Posted[]): Promise<readonly (Taken | undefined)[]> {
    const { store, clock, committed } = this.#options;
    const asked = askedBy(batch);
    /** What the legs are thought to be: at first, that none is open. Then the device alone tells the organisation. */
    let presumed: ReadonlyMap<string, LegsFound> = new Map();
    for (;;) {
      const questions = batch.map((posted) => this.#questionOf(posted, presumed));
      const known = await this.#insistence.until(() => lookUp(store.directory, questions), isFinal);
      let decision: Decision = { taken: [], changes: [], decided: [] };
      const begunAtMs = clock.nowMs();
      try {
        const messages = await this.#insistence.until(
          () =>
            store.calls.commitShared(
              asked,
              (found) => {
                if (isSurprising(batch, presumed, found, known)) throw new Surprise(found);
                decision = this.#decide(batch, found, known);
                return decision.changes;
              },
              begunAtMs,
            ),
          isFinal,
        );
        for (const [event, verdict, sourceId] of decision.decided) {
          this.#options.decided?.(event, verdict, sourceId);
        }
        if (messages.length > 0) committed(messages, clock.nowMs() - begunAtMs);
        return decision.taken;
      } catch (error) {
        if (!(error instanceof Surprise)) throw error;
        presumed = error.found;
      }
    }
  }

  #questionOf(posted: Posted, presumed: ReadonlyMap<string, LegsFound>): Question {
    const book = this.#bookOf(posted.source, presumed.get(posted.source.id));
    return posted.kind === 'legs' ? book.questionFor(posted.events) : book.questionForAll();
  }

  #bookOf(source: IngestSource, found: LegsFound | undefined): LegBook {
    return new LegBook(source, this.#options, found?.open.values() ?? [], found?.ended);
  }

  #decide(batch: readonly Posted[], found: ReadonlyMap<string, LegsFound>, known: Known): Decision {
    const books = new Map<string, LegBook>();
    const decision: Decision = { taken: [], changes: [], decided: [] };
    for (const posted of batch) {
      const { id } = posted.source;
      const foundHere = found.get(id);
      const book = books.get(id) ?? this.#bookOf(posted.source, foundHere);
      books.set(id, book);
      if (foundHere === undefined) {
        decision.taken.push(undefined);
        continue;
      }
      const verdicts: Verdict[] = [];
      const decide = (event: DecidedEvent, change: LegChange | undefined, verdict: Verdict) => {
        verdicts.push(verdict);
        decision.decided.push([event, verdict, id]);
        if (change !== undefined) decision.changes.push(change);
      };
      if (posted.kind === 'legs') {
        for (const event of posted.events) {
          const { change, verdict } = book.take(event, known);
          decide(event, change, verdict);
        }
        decision.taken.push(count(verdicts, 0));
      } else {
        for (const { event, change, verdict } of book.endAllBut(upBy(posted, book), posted.atMs, known)) {
          decide(event, change, verdict);
        }
        decision.taken.push(count(verdicts, [...book.openLegs()].length));
      }
    }
    return decision;
  }
}

/** A database that is away comes back. What is wrong otherwise is the sender's to try again, or a fault of ours. */
function isFinal(error: unknown): boolean {
  return !(error instanceof CallhookError);
}

interface Decision {
  taken: (Taken | undefined)[];
  changes: LegChange[];
  decided: [DecidedEvent, Verdict, string][];
}

function count(verdicts: readonly Verdict[], open: number): Taken {
  const taken: Taken = { moved: 0, unchanged: 0, nobodys: 0, open };
  for (const verdict of verdicts) taken[COUNTED_AS[verdict]] += 1;
  return taken;
}

const COUNTED_AS: Record<Verdict, 'moved' | 'unchanged' | 'nobodys'> = {
  reported: 'moved',
  'no endpoint wants it': 'moved',
  'nothing new': 'unchanged',
  'not a device of the directory': 'nobodys',
  'began before its device was in the directory': 'nobodys',
};

function askedBy(batch: readonly Posted[]): LegsAsked[] {
  return [...Map.groupBy(batch, ({ source }) => source.id)].map(([sourceId, ofSource]) => ({
    sourceId,
    legs: new Set(ofSource.flatMap((posted) => (posted.kind === 'legs' ? posted.events : [])).map(nameOf)),
    allOpen: ofSource.some(({ kind }) => kind === 'alive'),
  }));
}

function nameOf({ leg }: LegEvent): string {
  return leg;
}

/** The legs that this list does not end: those in it, and those that may have moved since it was made. */
function upBy({ legs, madeAtMs = Infinity }: Extract<Posted, { kind: 'alive' }>, book: LegBook): Set<string> {
  const later = [...book.openLegs()].filter(({ progress }) => progress.atMs >= madeAtMs);
  return legs.union(new Set(later.map(({ leg }) => leg)));
}

/** True if a leg is open of which the directory was asked under another organisation, or not at all. */
function isSurprising(
  batch: readonly Posted[],
  presumed: ReadonlyMap<string, LegsFound>,
  found: ReadonlyMap<string, LegsFound>,
  known: Known,
): boolean {
  return batch.some((posted) => {
    const { id } = posted.source;
    const [thought, is] = [presumed.get(id)?.open, found.get(id)?.open];
    if (is === undefined) return false;
    if (posted.kind === 'alive') {
      return [...is.values()].some(
        (leg) => known.policy(leg.organisationId) === undefined && thought?.get(leg.leg) === undefined,
      );
    }
    return posted.events.some(({ leg, device }) => {
      const organisation = is.get(leg)?.organisationId;
      if (organisation === undefined) return false;
      const before = thought?.get(leg)?.organisationId ?? known.owner(id, device)?.organisationId;
      return organisation !== before;
    });
  });
}
