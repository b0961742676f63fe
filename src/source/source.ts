/**
 * The contract of a source: one configured connection to a PBX, its protocol turned into leg events.
 *
 * Ordering: a source hands over events in the order in which it learnt them; ingest keeps that order.
 * Durability: `legs` and `alive` resolve once the outcome is committed. A source may hand over more before that
 * (it need not wait for each), but stops reading its PBX when `backlogged()` says so, until it no longer does.
 * Idempotency: repeated events change nothing; one that is repeated with a far party that was not known tells it.
 */
import type { LegEvent } from '../call/leg-event.ts';

export interface Source {
  /**
   * Runs until `signal` aborts: connects, hands over what it learns, reconnects by itself with back-off.
   * Resolves after the connection is closed and its timers are gone; rejects only for a broken promise of ours.
   */
  run(sink: SourceSink, signal: AbortSignal): Promise<void>;
  /**
   * Of a source that has to ask its PBX for each device by itself: the addresses of all devices that the directory has on
   * it. Called before `run`, and again whenever they have changed.
   */
  watch?(addresses: ReadonlySet<string>): void;
}

export interface SourceSink {
  /** Leg events in the order in which they were learnt. */
  legs(events: readonly LegEvent[]): Promise<void>;
  /**
   * After a (re)connect: the names of all legs that are up now, by `LegEvent.leg`. Every open leg of this source
   * that is not among them has ended unseen and is terminated at `atMs`. New states of those that are up are
   * handed to `legs` beforehand.
   * @param among by a leg's name, whether it is spoken of; absent: every leg of the source is
   */
  alive(legs: ReadonlySet<string>, atMs: number, among?: (leg: string) => boolean): Promise<void>;
  /** True while ingest cannot keep up (for example the disk is full): stop reading the PBX. */
  backlogged(): boolean;
  /** Resolves when no longer backlogged, or when `signal` aborts. */
  drained(signal: AbortSignal): Promise<void>;
  /**
   * An event of the phone system's own has come in, whether or not it tells something of a leg; not an answer to what we ask.
   * @param stampedAtMs the phone system's own time of it, if it tells one
   */
  heard(stampedAtMs?: number): void;
  /** The source's health, in words for an operator. */
  state(state: SourceState): void;
  /** For `playback --explain`: why a channel was not even a leg. Never holds a phone number. */
  ignored(channel: string, why: string): void;
}

export type SourceState =
  | { status: 'connecting' }
  | { status: 'connected'; note?: string }
  /** `advice`: what to do, one sentence. `retryInMs`: when it is tried again. */
  | { status: 'down'; advice: string; retryInMs: number };
