/**
 * The users' legs over connections and subscriptions: what documents say goes to ingest, what a first document does not show
 * has ended, and a user of whom nothing is known for too long has no calls any more.
 */
import type { LegEvent } from '../../call/leg-event.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { SourceSink } from '../source.ts';
import type { DialogDocument } from './document.ts';
import { DialogMapper } from './mapper.ts';

export interface LegKeeperOptions {
  sink: SourceSink;
  clock: Clock;
  endCallsAfterLostMs: number;
}

export class LegKeeper {
  readonly #sink: SourceSink;
  readonly #clock: Clock;
  readonly #endAfterMs: number;
  readonly #mapper: DialogMapper;
  /** Since when nothing is known of an address. */
  readonly #lostSinceMs = new Map<string, number>();

  constructor({ sink, clock, endCallsAfterLostMs }: LegKeeperOptions) {
    this.#sink = sink;
    this.#clock = clock;
    this.#endAfterMs = endCallsAfterLostMs;
    this.#mapper = new DialogMapper({ ignored: (dialog, why) => sink.ignored(dialog, why) });
  }

  /** @param isFirst of its subscription @returns whether documents are missing */
  take(address: string, subscription: string, document: DialogDocument, isFirst: boolean): boolean {
    const atMs = this.#clock.nowMs();
    const { legs, isIncomplete } = this.#mapper.take({ subscription, address, document, atMs });
    this.#hand(legs);
    if (isFirst && document.isFull) this.#sayAlive(address, atMs);
    return isIncomplete;
  }

  subscriptionEnded(address: string, subscription: string): void {
    this.#mapper.endSubscription(subscription, address);
  }

  isBusy(address: string): boolean {
    return this.#mapper.alive(address).size > 0;
  }

  /** Legs of addresses that are not watched any more were left over by a former run: nobody will tell their end. */
  endAllBut(addresses: ReadonlySet<string>): void {
    const isLeft = (leg: string) => !addresses.has(addressOf(leg));
    settle(this.#sink.alive(new Set(), this.#clock.nowMs(), isLeft));
  }

  forget(address: string): void {
    this.#mapper.forget(address);
    this.#lostSinceMs.delete(address);
    this.#sayAlive(address, this.#clock.nowMs());
  }

  known(address: string): void {
    this.#lostSinceMs.delete(address);
  }

  lost(address: string): void {
    if (!this.#lostSinceMs.has(address)) this.#lostSinceMs.set(address, this.#clock.nowMs());
  }

  /** Lets time pass. To be called now and then. */
  tick(): void {
    const nowMs = this.#clock.nowMs();
    this.#hand(this.#mapper.expire(nowMs));
    for (const [address, sinceMs] of this.#lostSinceMs) {
      if (nowMs - sinceMs < this.#endAfterMs) continue;
      this.forget(address);
    }
  }

  #sayAlive(address: string, atMs: number): void {
    settle(this.#sink.alive(this.#mapper.alive(address), atMs, (leg) => addressOf(leg) === address));
  }

  #hand(legs: LegEvent[]): void {
    if (legs.length > 0) settle(this.#sink.legs(legs));
  }
}

function addressOf(leg: string): string {
  return leg.slice(0, leg.indexOf(' '));
}

/** Commits fail only when the connector stops; then the next start's resync finds what was missed. */
function settle(handed: Promise<void>): void {
  handed.catch(() => {});
}
