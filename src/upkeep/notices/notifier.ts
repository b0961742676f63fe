/**
 * Tells the operator how endpoints are. The store files a notice in the transaction that moves an endpoint's health, so
 * none is forgotten; the notifier sends what is due through its channel, and tries again for two days what a channel
 * does not take. A notice can come twice (a crash between sending and settling), never not at all without a log line.
 */
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { NoticeChannel, PendingNotice, UpkeepStore } from '../../store/upkeep.ts';

/** `problem`: in our own words, without a secret, a number or a peer's text, as it goes into the log. */
export type Sent = { ok: true } | { ok: false; problem: string };

/** One way to the operator. Bounded in time. */
export type Channel = (notice: PendingNotice) => Promise<Sent>;

export interface NotifierOptions {
  upkeep: Pick<UpkeepStore, 'dueNotices' | 'settleNotice'>;
  /** Those that are configured. A notice for another one is done with at once. */
  channels: Readonly<Partial<Record<NoticeChannel, Channel>>>;
  clock: Clock;
  log: Logger;
}

export interface Notifier {
  /**
   * Sends what is due, a few at a time.
   * @returns how many notices it took up; 0: nothing is due. Rejects for the store only
   */
  step(): Promise<number>;
}

/** Sent at once: a server that hangs costs a step one timeout, not one for each. */
const AT_ONCE = 10;

export function createNotifier({ upkeep, channels, clock, log }: NotifierOptions): Notifier {
  const settle = async (notice: PendingNotice, dueAtMs?: number) => upkeep.settleNotice(notice.id, dueAtMs);

  const send = async (notice: PendingNotice): Promise<void> => {
    const channel = channels[notice.channel];
    const sent = channel === undefined ? DONE : await channel(notice).catch(broken);
    if (sent.ok) return settle(notice);
    const delayMs = noticeDelayMs(notice.attemptsMade + 1);
    const line = {
      channel: notice.channel,
      organisation: notice.organisationId,
      endpoint: notice.endpointId,
      notice: notice.notice.kind,
      problem: sent.problem,
    };
    if (delayMs === undefined) {
      log.error(line, 'a notice to the operator could not be sent for two days and is given up');
      return settle(notice);
    }
    log.warn(line, 'a notice to the operator was not sent, trying again later');
    return settle(notice, clock.nowMs() + delayMs);
  };

  return {
    async step() {
      const due = await upkeep.dueNotices(clock.nowMs(), AT_ONCE);
      const ends = await Promise.allSettled(due.map(send));
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return due.length;
    },
  };
}

const DONE: Sent = { ok: true };

/** A channel promises not to throw. What it threw is not told: nobody knows what it holds. */
function broken(): Sent {
  return { ok: false, problem: 'The channel failed.' };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** 1, 2, 4 … 32 minutes, then every hour: two days in all. */
const DELAYS_MS: readonly number[] = Array.from({ length: 53 }, (_, nth) =>
  Math.min(2 ** nth * MINUTE_MS, HOUR_MS),
);

/** @param attemptsMade 1 after the first attempt @returns undefined when it is given up */
export function noticeDelayMs(attemptsMade: number): number | undefined {
  return DELAYS_MS[attemptsMade - 1];
}
