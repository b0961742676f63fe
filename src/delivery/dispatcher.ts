/**
 * The dispatcher: takes the heads of free lanes, makes one attempt of each, settles the outcomes.
 *
 * Order: the next message of a lane is claimed only after the settling of the one before is committed. Calls do not
 * wait for each other: every lane is claimed on its own. Outcomes that arrive together are settled in one
 * transaction. A store that fails is tried again; until then its lanes stay claimed, so nothing is sent twice.
 */
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { AttemptRecord, Claim, OutboxStore, Settlement } from '../store/store.ts';
import type { Attempted, Attempter } from './attempt.ts';
import { AttemptWindows, type Limits } from './attempt-windows.ts';
import { nextStep, signalOf } from './retry-schedule.ts';
import { targetOf } from './target.ts';

export interface DispatcherOptions {
  outbox: OutboxStore;
  attempter: Attempter;
  clock: Clock;
  random: () => number;
  log: Logger;
  limits: Limits;
  /** At a stop, attempts under way may take this long. */
  graceMs: number;
  /** Told of each attempt when it is settled: metrics and traces. */
  expired?(count: number): void;
  settled?(claim: Claim, attempt: AttemptRecord, next: Settlement['next']): void;
}

const RETRY_STORE_MS = { first: 100, most: 5_000 };
/** Never a busy loop, whatever a store says. */
const LEAST_WAIT_MS = 1;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Aborted when attempts under way must end. */
  readonly #giveUp = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #windows: AttemptWindows;
  #outcomes: Settlement[] = [];
  #settling: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#windows = new AttemptWindows(options.limits);
  }

  get attemptsUnderWay(): number {
    return this.#windows.underWay;
  }

  /** Something may be due: a commit stored messages. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Runs until `signal` aborts; then finishes what is under way within the grace, settles it and resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.wake();
    signal.addEventListener('abort', stop, { once: true });
    const deafen = this.#options.outbox.listen(() => this.wake());
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const waitMs = await this.#round();
      const timer = new AbortController();
      if (waitMs > 0)
        await Promise.race([this.#wake.promise, this.#options.clock.sleep(waitMs, timer.signal)]);
      timer.abort();
    }
    signal.removeEventListener('abort', stop);
    deafen();
    await this.#finish();
  }

  /** Claims what is due and starts its attempts. @returns how long there is nothing more to do, unless woken */
  async #round(): Promise<number> {
    const { outbox, clock, log } = this.#options;
    const nowMs = clock.nowMs();
    try {
      const room = this.#windows.room(nowMs);
      if (room === 0) return waitUntil(this.#windows.nextRoomAtMs(nowMs), nowMs);
      const { expired = () => {} } = this.#options;
      const perEndpoint = (organisationId: string, endpointId: string) =>
        this.#windows.roomFor(`${organisationId}/${endpointId}`);
      const claims = await outbox.claim(nowMs, { total: room, perEndpoint, expired });
      for (const claim of claims) this.#start(claim);
      if (claims.length === room) return 0;
      return waitUntil(await outbox.nextDueAtMs(), nowMs);
    } catch (error) {
      log.error(
        { problem: error instanceof Error ? error.message : 'unknown' },
        'the database gives out no messages',
      );
      return RETRY_STORE_MS.most;
    }
  }

  #start(claim: Claim): void {
    const work = this.#attempt(claim)
      .catch((error: unknown) => this.#fault(claim, error))
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  /** What is left of a claim lapses, or is due again after the start: nothing is lost, and nobody waits for it. */
  #fault({ messageId }: Claim, error: unknown): void {
    const problem = error instanceof Error ? error.message : 'unknown';
    this.#options.log.error({ message: messageId, problem }, 'a claim could not be given back');
  }

  async #attempt(claim: Claim): Promise<void> {
    const { attempter, outbox, clock, random } = this.#options;
    const { endpoint, organisationId, messageId, token } = claim;
    const name = `${organisationId}/${endpoint.id}`;
    const key = `${token}/${claim.laneId}`;
    this.#windows.begin(name, key, clock.nowMs());
    const attempted = await attempter.attempt(targetOf(organisationId, endpoint, clock.nowMs()), {
      id: messageId,
      body: claim.body,
      ...headersOf(claim),
      notAfterMs: claim.lapsesAtMs,
    });
    this.#windows.end(name, key, attempted.outcome.ok);
    // Cut off by the stop: not an outcome of the receiver's, so it does not count.
    if (this.#giveUp.signal.aborted && !attempted.outcome.ok) return outbox.release([claim]);
    const nowMs = clock.nowMs();
    const attempt = recordOf(attempted);
    const next = nextStep(claim, attempted.outcome, nowMs, random);
    this.#log(claim, attempt, next);
    const signal = signalOf(attempted.outcome, nowMs);
    const { laneId } = claim;
    const endpointId = endpoint.id;
    await this.#settle({ laneId, token, messageId, organisationId, endpointId, attempt, next, signal });
    this.#options.settled?.(claim, attempt, next);
  }

  #log(
    { endpoint, organisationId, messageId }: Claim,
    attempt: AttemptRecord,
    next: Settlement['next'],
  ): void {
    const { log } = this.#options;
    // Not the detail: a receiver's own words may be in it.
    const { detail: _, details: __, ...said } = attempt;
    const line = { endpoint: endpoint.id, organisation: organisationId, message: messageId, attempt: said };
    if (next.kind === 'dead') log.warn(line, 'dead letter');
    else if (next.kind === 'later') log.info(line, 'not delivered, trying again later');
    else log.debug(line, 'delivered');
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
        const lost = await outbox.settle(batch, clock.nowMs());
        if (lost.length > 0) log.warn({ messages: lost }, 'these were given to another node meanwhile');
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

function waitUntil(atMs: number | undefined, nowMs: number): number {
  return atMs === undefined ? Infinity : Math.max(LEAST_WAIT_MS, atMs - nowMs);
}

/** What a receiver is told beside the message. */
function headersOf({ skipped, replay }: Claim): { headers?: Record<string, string> } {
  if (skipped.length === 0 && !replay) return {};
  return {
    headers: {
      ...(skipped.length > 0 && { 'callhook-skipped': skipped.join(',') }),
      ...(replay && { 'callhook-replay': 'true' }),
    },
  };
}

function recordOf({ outcome, startedAtMs, durationMs, details }: Attempted): AttemptRecord {
  const record: AttemptRecord = {
    startedAtMs,
    durationMs: Math.round(durationMs),
    outcome: outcome.ok ? 'delivered' : outcome.code,
    details,
  };
  if (outcome.statusCode !== undefined) record.statusCode = outcome.statusCode;
  if (!outcome.ok) record.detail = outcome.detail;
  return record;
}
