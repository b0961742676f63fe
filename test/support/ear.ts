/** A sink that remembers what a source said, and lets a test wait for it. */
import type { LegEvent } from '../../src/call/leg-event.ts';
import type { SourceSink, SourceState } from '../../src/source/source.ts';

export interface Ear extends SourceSink {
  readonly events: LegEvent[];
  readonly alives: ReadonlySet<string>[];
  readonly states: SourceState[];
  /** The phone system's own time of each event that came in. */
  readonly stamps: (number | undefined)[];
  full: boolean;
  /** Resolves when `true`; looked at whenever something was said. */
  until(condition: (ear: Ear) => boolean): Promise<void>;
  empty(): void;
}

export function createEar(): Ear {
  const waiting = new Set<() => void>();
  const look = () => {
    for (const wake of waiting) wake();
  };
  let drain = Promise.withResolvers<void>();
  const ear: Ear = {
    events: [],
    alives: [],
    states: [],
    stamps: [],
    full: false,
    async legs(events) {
      ear.events.push(...events);
      look();
    },
    async alive(legs) {
      ear.alives.push(legs);
      look();
    },
    backlogged: () => ear.full,
    drained: (signal) => {
      drain = Promise.withResolvers();
      signal.addEventListener('abort', () => drain.resolve(), { once: true });
      return drain.promise;
    },
    empty() {
      ear.full = false;
      drain.resolve();
    },
    heard: (stampedAtMs) => void ear.stamps.push(stampedAtMs),
    state(state) {
      ear.states.push(state);
      look();
    },
    ignored() {},
    until: (condition) =>
      new Promise((resolve) => {
        const wake = () => {
          if (!condition(ear)) return;
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        wake();
      }),
  };
  return ear;
}
