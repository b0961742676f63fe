/**
 * Sends finished messages again. There may be a million of them, and whoever asks waits: so it works for a short while and
 * says whether more are left. Who asks again with the same `askedAtMs` goes on where it stopped; what was sent again
 * by then is not sent once more. Decision 22 says why.
 */
import type { Clock } from '../runtime/clock.ts';
import type { ReplayOrder, Store } from '../store/store.ts';
import { noteOf, type Command } from './command.ts';

export interface ReplayCommand extends Command {
  what: ReplayOrder['what'];
  /** What was finished until then is meant. */
  askedAtMs: number;
  /** A later part of what the same caller has begun: it is written down already. */
  goesOn?: boolean;
}

export interface Replayed {
  /** On the way again. */
  count: number;
  /** There may be more: ask again. */
  more: boolean;
}

/** Messages per step, so that a long replay does not hold up the calls of the moment. */
const STEP = 200;
/** Between steps, so that deliveries come to their turn. */
const PAUSE_MS = 20;
const WITHIN_MS = 2_000;

/** What fails after the first step is left for the next request: that some are on the way must not get lost. */
export async function replay(
  { store: { outbox }, clock }: { store: Pick<Store, 'outbox'>; clock: Clock },
  command: ReplayCommand,
): Promise<Replayed> {
  const { organisationId, endpointId, what, askedAtMs, goesOn = false } = command;
  const order = { organisationId, endpointId, what };
  const note = noteOf(command, {
    action: 'used',
    after: { replay: wordsOf(what), asked_at: utc(askedAtMs) },
  });
  const enoughAtMs = clock.nowMs() + WITHIN_MS;
  let count = 0;
  while (count === 0 || clock.nowMs() < enoughAtMs) {
    const isFirst = count === 0;
    const step = await outbox
      .replay(order, askedAtMs, STEP, isFirst && !goesOn ? note : undefined)
      .catch((error: unknown) => {
        if (isFirst) throw error;
        return undefined;
      });
    if (step === undefined) break;
    if (step === 0) return { count, more: false };
    count += step;
    await clock.sleep(PAUSE_MS);
  }
  return { count, more: true };
}

function wordsOf(what: ReplayOrder['what']) {
  switch (what.kind) {
    case 'message':
      return { message: what.messageId };
    case 'call':
      return { call: what.callId };
    case 'since':
      return { [what.only === 'failed' ? 'failed_since' : 'since']: utc(what.sinceMs) };
  }
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
}
