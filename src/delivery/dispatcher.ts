/**
 * The dispatcher: takes the heads of free lanes, makes one attempt of each, settles the outcomes.
 *
 * Order: the next message of a lane is claimed only after the settling of the one before is committed. Calls do not
 * wait for each other: every lane is claimed on its own. Outcomes that arrive together are settled in one
 * transaction. A store that fails is tried again; until then its lanes stay claimed, so nothing is sent twice.
 */
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { AttemptRecord, Claim, NextStep, OutboxStore, Settlement } from '../store/store.ts';
import type { Attempted, Attempter } from './attempt.ts';
import { retryDelayMs } from './retry-schedule.ts';

export interface DispatcherOptions {
  outbox: OutboxStore;
  attempter: Attempter;
  clock: Clock;
  random: () => number;
  log: Logger;
  limits: { total: number; perEndpoint: number };
  /** At a stop, attempts under way may take this long. */
  graceMs: number;
}

const RETRY_STORE_MS = { first: 100, most: 5_000 };

export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Aborted when attempts under way must end. */
  readonly #giveUp = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #outcomes: Settlement[] = [];
  #settling: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Something may be due: a commit stored messages. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Runs until `signal` aborts; then finishes what is under way within the grace, settles it and resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.wake();
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const waitMs = await this.#round();
      const timer = new AbortController();
      if (waitMs > 0)
        await Promise.race([this.#wake.promise, this.#options.clock.sleep(waitMs, timer.signal)]);
      timer.abort();
    }
    signal.removeEventListener('abort', stop);
    await this.#finish();
  }

  /** Claims what is due and starts its attempts. @returns how long there is nothing more to do, unless woken */
  async #round(): Promise<number> {
    const { outbox, clock, limits, log } = this.#options;
    const nowMs = clock.nowMs();
    try {
      const room = limits.total - this.#underWay.size;
      const claims =
        room > 0 ? await outbox.claim(nowMs, { total: room, perEndpoint: limits.perEndpoint }) : [];
      for (const claim of claims) this.#start(claim);
      if (room <= claims.length) return Infinity;
      const dueAtMs = await outbox.nextDueAtMs();
      // What is due already waits for an endpoint's or the dispatcher's limit: the next settling wakes it.
      return dueAtMs === undefined || dueAtMs <= nowMs ? Infinity : dueAtMs - nowMs;
    } catch (error) {
      log.error(
        { problem: error instanceof Error ? error.message : 'unknown' },
        'the database gives out no messages',
      );
      return RETRY_STORE_MS.most;
    }
  }

  #start(claim: Claim): void {
    const work = this.#attempt(claim).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  async #attempt(claim: Claim): Promise<void> {
    const { attempter, outbox, log } = this.#options;
    const { endpoint, messageId, body } = claim;
    const target = { url: endpoint.url, secrets: [endpoint.secret] };
    const attempted = await attempter.attempt(target, { id: messageId, body });
    // Cut off by the stop: not an outcome of the receiver's, so it does not count.
    if (this.#giveUp.signal.aborted && !attempted.outcome.ok) return outbox.release([claim.laneId]);
    const next = this.#next(claim, attempted);
    const attempt = recordOf(attempted);
    const line = { endpoint: endpoint.id, organisation: claim.organisationId, message: messageId, attempt };
    if (next.kind === 'dead') log.warn(line, 'dead letter');
    else if (next.kind === 'later') log.info(line, 'not delivered, trying again later');
    else log.debug(line, 'delivered');
    await this.#settle({
      laneId: claim.laneId,
      messageId,
      organisationId: claim.organisationId,
      attempt,
      next,
    });
  }

  #next(claim: Claim, { outcome }: Attempted): NextStep {
    if (outcome.ok) return { kind: 'delivered' };
    const delayMs = retryDelayMs(claim.attemptsMade + 1, this.#options.random);
    if (delayMs === undefined) return { kind: 'dead' };
    const dueAtMs = this.#options.clock.nowMs() + Math.max(delayMs, outcome.retryAfterMs ?? 0);
    return { kind: 'later', dueAtMs: Math.round(dueAtMs) };
  }

  /** Resolves when this outcome is committed, together with those that arrived at the same time. */
  async #settle(settlement: Settlement): Promise<void> {
    this.#outcomes.push(settlement);
    this.#settling ??= this.#settleAll();
    await this.#settling;
  }

  async #settleAll(): Promise<void> {
    // Let the outcomes that the same turn of the event loop brings come along.
    await new Promise((resolve) => setImmediate(resolve));
    const batch = this.#outcomes;
    this.#outcomes = [];
    this.#settling = undefined;
    const { outbox, clock, log } = this.#options;
    for (let waitMs = RETRY_STORE_MS.first; ; waitMs = Math.min(waitMs * 2, RETRY_STORE_MS.most)) {
      try {
        await outbox.settle(batch, clock.nowMs());
        break;
      } catch (error) {
        log.error(
          { problem: error instanceof Error ? error.message : 'unknown' },
          'outcomes cannot be stored; trying again',
        );
        // At a stop they are given up: these messages are sent once more after the start.
        if (this.#giveUp.signal.aborted) return;
        await clock.sleep(waitMs, this.#giveUp.signal);
      }
    }
    this.wake();
  }

  async #finish(): Promise<void> {
    const patience = new AbortController();
    const done = Promise.all(this.#underWay);
    await Promise.race([done, this.#options.clock.sleep(this.#options.graceMs, patience.signal)]);
    patience.abort();
    this.#giveUp.abort();
    this.#options.attempter.giveUp();
    await done;
  }
}

function recordOf({ outcome, startedAtMs, durationMs }: Attempted): AttemptRecord {
  const record: AttemptRecord = {
    startedAtMs,
    durationMs: Math.round(durationMs),
    outcome: outcome.ok ? 'delivered' : outcome.code,
  };
  if (outcome.statusCode !== undefined) record.statusCode = outcome.statusCode;
  if (!outcome.ok) record.detail = outcome.detail;
  return record;
}
