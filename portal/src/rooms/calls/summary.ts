/** A call in one line: who talks with whom, and how far it is. Pure. */

/** A leg, as the API lists it. */
export interface Leg {
  direction: 'INCOMING' | 'OUTGOING';
  local_user_id?: string;
  local_number?: string;
  remote_user_id?: string;
  remote_number?: string;
  began_at: string;
  answered_at?: string;
  ended_at?: string;
  reason?: string;
}

export type CallState = 'ringing' | 'talking' | 'ended' | 'notAnswered' | 'refused';

export interface Summary {
  state: CallState;
  way: 'incoming' | 'outgoing' | 'internal';
  /** Users, or their numbers; as far as it may be told. */
  who: readonly string[];
  other?: string;
  beganAt: string;
  answeredAt?: string;
  /** When its last leg ended. */
  endedAt?: string;
}

/** @param legs of one call, at least one */
export function summaryOf(legs: readonly Leg[]): Summary {
  const leg = mostTelling(legs);
  const other = leg.remote_user_id ?? leg.remote_number;
  const answered = legs.filter(({ answered_at }) => answered_at !== undefined);
  const answeredAt = answered.map(({ answered_at }) => answered_at!).toSorted()[0];
  const endedAt = legs.every(({ ended_at }) => ended_at !== undefined)
    ? legs
        .map(({ ended_at }) => ended_at!)
        .toSorted()
        .at(-1)
    : undefined;
  const same = (answered.length > 0 ? answered : legs).filter(({ direction }) => direction === leg.direction);
  const names = same.map(({ local_user_id, local_number }) => local_user_id ?? local_number);
  return {
    state: stateOf(legs),
    way: leg.remote_user_id === undefined ? WAYS[leg.direction] : 'internal',
    who: [...new Set(names)].filter((name) => name !== undefined),
    beganAt: legs.map(({ began_at }) => began_at).toSorted()[0]!,
    ...(other !== undefined && { other }),
    ...(answeredAt !== undefined && { answeredAt }),
    ...(endedAt !== undefined && { endedAt }),
  };
}

const WAYS = { INCOMING: 'incoming', OUTGOING: 'outgoing' } as const;

/** Somebody talks, has talked, or neither; of an internal call the side that called. */
function mostTelling(legs: readonly Leg[]): Leg {
  const rank = ({ answered_at, ended_at, direction }: Leg) =>
    (answered_at === undefined ? 4 : ended_at === undefined ? 0 : 2) + (direction === 'OUTGOING' ? 0 : 1);
  return legs.toSorted((a, b) => rank(a) - rank(b))[0]!;
}

function stateOf(legs: readonly Leg[]): CallState {
  const up = legs.filter(({ ended_at }) => ended_at === undefined);
  if (up.some(({ answered_at }) => answered_at !== undefined)) return 'talking';
  if (up.length > 0) return 'ringing';
  if (legs.some(({ answered_at }) => answered_at !== undefined)) return 'ended';
  return legs.every(({ reason }) => reason === 'REJECTED') ? 'refused' : 'notAnswered';
}
