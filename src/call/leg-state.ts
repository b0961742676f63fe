/**
 * The leg state machine: forward only, each state at most once, `TERMINATED` exactly once. Pure.
 *
 * Whatever a PBX sends, in whatever order, `advance` answers with the leg as it is now and, if the event moved
 * it, the step to report. An event that moves nothing is data to count, not an error: PBXes repeat themselves.
 */
import { LEG_STATES, type Ending, type LegState } from './leg-event.ts';

/** The seed's four reasons, on `TERMINATED` only. */
export const TERMINATION_REASONS = ['CANCELLED', 'ANSWERED_ELSEWHERE', 'HANGUP', 'REJECTED'] as const;
export type TerminationReason = (typeof TERMINATION_REASONS)[number];

/** What the machine must remember of a leg. `undefined` stands for a leg never seen. */
export interface LegProgress {
  state: LegState;
  /** True once `CONFIRMED` was passed: decides that the end is a `HANGUP`. */
  answered: boolean;
  /** Time of the last step, milliseconds since 1970. A leg's own times never run backwards. */
  atMs: number;
}

export type LegStep =
  | { state: Exclude<LegState, 'TERMINATED'>; atMs: number }
  | { state: 'TERMINATED'; atMs: number; reason: TerminationReason };

export interface Advance {
  progress: LegProgress;
  step?: LegStep;
}

/**
 * Moves a leg by one event.
 * @param before the leg so far, `undefined` if this is its first event
 * @param event the state it is said to have reached, when, and for an end its evidence
 * @returns the leg as it is now; `step` only if the event moved it
 */
export function advance(
  before: LegProgress | undefined,
  event: { state: LegState; atMs: number; ending?: Ending },
): Advance {
  if (before !== undefined && rank(event.state) <= rank(before.state)) return { progress: before };
  const atMs = before === undefined ? event.atMs : Math.max(before.atMs, event.atMs);
  const wasAnswered = before?.answered ?? false;
  if (event.state !== 'TERMINATED') {
    const answered = wasAnswered || event.state === 'CONFIRMED';
    return { progress: { state: event.state, answered, atMs }, step: { state: event.state, atMs } };
  }
  return {
    progress: { state: 'TERMINATED', answered: wasAnswered, atMs },
    step: { state: 'TERMINATED', atMs, reason: terminationReason(wasAnswered, event.ending) },
  };
}

/** `HANGUP` is only ever the end of an answered leg; an unknown cause before the answer is `CANCELLED`. */
function terminationReason(answered: boolean, ending: Ending = 'GIVEN_UP'): TerminationReason {
  if (answered) return 'HANGUP';
  switch (ending) {
    case 'ELSEWHERE':
      return 'ANSWERED_ELSEWHERE';
    case 'REFUSED':
      return 'REJECTED';
    case 'GIVEN_UP':
      return 'CANCELLED';
  }
}

function rank(state: LegState): number {
  return LEG_STATES.indexOf(state);
}
