/**
 * Work that is nobody's request: expiring what is too old to send, deleting what was kept long enough, watching the
 * health of endpoints as time passes, and telling the operator. One node does it at a time, in small steps with room
 * between them, so that no delivery waits for it.
 */
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { LeaseStore } from '../store/leases.ts';
import type { UpkeepStore } from '../store/upkeep.ts';

export interface UpkeepOptions {
  upkeep: UpkeepStore;
  leases: Pick<LeaseStore, 'hold' | 'release'>;
  clock: Clock;
  log: Logger;
  /** Finished messages are kept so long. */
  keepMs: number;
  /** What calls leave in the trail is kept so long. */
  keepTrailMs: number;
  /** The audit is kept so long; `Infinity`: for ever. */
  keepAuditMs: number;
  /** Sends the notices that are due. @returns how many were looked at */
  notify(): Promise<number>;
  /** Deletes what is over of those who come in: sessions, links, answers. */
  forgetExpired?(): Promise<unknown>;
  forgetAudit(beforeMs: number, limit: number): Promise<number>;
  /** Told when messages have expired: metrics. */
  expired?(count: number): void;
}

const LEASE = 'upkeep';
const LOOK_EVERY_MS = 1_000;
const LEASE_MS = 15_000;
/** How often time's own effects are looked after: nothing of it is urgent. */
const SLOW_EVERY_MS = 15_000;
const STEP = 100;
/** Between two steps: others come to their turn. */
const PAUSE_MS = 20;

/** Runs until `signal` aborts. */
export async function runUpkeep(options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const { leases, clock, log } = options;
  let slowAtMs = 0;
  let problem: string | undefined;
  while (!signal.aborted) {
    try {
      const nowMs = clock.nowMs();
      if ((await leases.hold(LEASE, LEASE_MS, nowMs)) !== undefined) {
        const isSlowTurn = nowMs >= slowAtMs;
        if (isSlowTurn) slowAtMs = nowMs + SLOW_EVERY_MS;
        await work(options, isSlowTurn, signal);
      }
      problem = undefined;
    } catch (error) {
      const words = error instanceof Error ? error.message : 'unknown';
      if (words !== problem) log.error({ problem: words }, 'upkeep of the database failed; trying again');
      problem = words;
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  await leases.release(LEASE).catch(() => {});
}

async function work(options: UpkeepOptions, isSlowTurn: boolean, signal: AbortSignal): Promise<void> {
  const { upkeep, clock, keepMs, keepTrailMs, keepAuditMs, notify, expired } = options;
  await inSteps(() => upkeep.expire(clock.nowMs(), STEP), clock, signal, expired);
  await notify();
  if (!isSlowTurn) return;
  await upkeep.watchHealth(clock.nowMs());
  await options.forgetExpired?.();
  await upkeep.forgetSecrets(clock.nowMs());
  await inSteps(() => upkeep.forgetFeed(clock.nowMs(), STEP), clock, signal);
  await inSteps(() => upkeep.forget(clock.nowMs() - keepMs, STEP), clock, signal);
  await inSteps(() => upkeep.forgetLegs(clock.nowMs() - keepMs, STEP), clock, signal);
  await inSteps(() => upkeep.forgetTrail(clock.nowMs() - keepTrailMs, STEP), clock, signal);
  await inSteps(() => upkeep.forgetStatistics(clock.nowMs() - keepMs, STEP), clock, signal);
  if (keepAuditMs === Infinity) return;
  await inSteps(() => options.forgetAudit(clock.nowMs() - keepAuditMs, STEP), clock, signal);
}

/** A turn ends after a while even if more is to do, so that the lease is renewed and the rest is not forgotten. */
const MAX_STEPS = 500;

async function inSteps(
  step: () => Promise<number>,
  clock: Clock,
  signal: AbortSignal,
  did: (count: number) => void = () => {},
): Promise<void> {
  for (let steps = 0; steps < MAX_STEPS && !signal.aborted; steps += 1) {
    const count = await step();
    if (count > 0) did(count);
    if (count < STEP) return;
    await clock.sleep(PAUSE_MS, signal);
  }
}
