/**
 * A call as a picture: each leg is a lane, with a bar from its first state to its end; below the bar one row for each endpoint
 * with its attempts, in the order in which they were made. Pure: values in, places out.
 */
import { axisOf, type Axis } from './axis.ts';

type LegState = 'TRYING' | 'PROCEEDING' | 'EARLY' | 'CONFIRMED' | 'TERMINATED';
type Outcome = 'pending' | 'delivered' | 'expired' | 'dead';

/** As the API tells it. */
export interface CallDrawn {
  steps: readonly {
    event: {
      branch_id: string;
      timestamp: string;
      state: LegState;
      'termination-reason'?: string;
      local_user_id?: string;
      local_number?: string;
    };
  }[];
  messages: readonly {
    id: string;
    endpoint: string;
    outcome: Outcome;
    created_at: string;
    finished_at?: string;
    body: { branch_id?: unknown; state?: unknown };
    attempts: readonly { number: number; started_at: string; outcome: string }[];
  }[];
}

export type SegmentKind = 'calling' | 'ringing' | 'talking';

export interface Segment {
  kind: SegmentKind;
  x: number;
  widthPx: number;
  fromMs: number;
  lastedMs: number;
  /** It goes on. */
  isOpen: boolean;
}

export interface Mark {
  x: number;
  /** Of the state that it tells of. */
  hungAtX: number;
  messageId: string;
  state: LegState;
  atMs: number;
  /** The attempt's; absent where the mark is the message's own: it waits, or was given up. */
  number?: number;
  outcome: 'delivered' | 'failed' | 'waiting' | 'expired' | 'dead';
}

export interface Row {
  endpoint: string;
  /** Of the top: there its name stands, where `isNamed`. */
  y: number;
  isNamed: boolean;
  marksY: number;
  marks: readonly Mark[];
}

export interface Lane {
  branchId: string;
  user?: string;
  y: number;
  barY: number;
  segments: readonly Segment[];
  end?: { x: number; atMs: number; reason?: string };
  rows: readonly Row[];
}

export interface Picture {
  widthPx: number;
  heightPx: number;
  ticks: readonly { x: number; atMs: number }[];
  breaks: Axis['breaks'];
  lanes: readonly Lane[];
}

export const BAR_PX = 26;
/** Of a mark: also what a finger needs (WCAG 2.2, 2.5.8). */
export const MARK_PX = 24;
/** From one mark to the next, at least. */
const APART_PX = MARK_PX + 2;
const AXIS_PX = 30;
const LABEL_PX = 22;
const ROW_PX = 34;
/** Where rows have names, because there are several. */
const NAME_PX = 16;
const LANE_GAP_PX = 18;
const EDGE_PX = 14;
const TICK_PX = 76;

const KINDS: Record<Exclude<LegState, 'TERMINATED'>, SegmentKind> = {
  TRYING: 'calling',
  PROCEEDING: 'calling',
  EARLY: 'ringing',
  CONFIRMED: 'talking',
};

type Steps = CallDrawn['steps'];
/** A mark before it has its place. */
interface Hung {
  branchId: string;
  endpoint: string;
  stateAtMs: number;
  mark: Omit<Mark, 'x' | 'hungAtX'>;
}

/** @param nowMs where what goes on ends for now */
export function layOut(call: CallDrawn, nowMs: number, wishedWidthPx: number): Picture {
  const legs = [...Map.groupBy(call.steps, ({ event }) => event.branch_id).values()];
  const hung = call.messages.flatMap((message) => marksOf(message, call.steps, nowMs));
  const isUp = legs.some((steps) => steps.at(-1)!.event.state !== 'TERMINATED');
  const states = call.steps.map(happenedAtMs);
  const moments = [...states, ...hung.map(({ mark }) => mark.atMs), ...(isUp ? [nowMs] : [])];
  const isNamed = new Set(hung.map(({ endpoint }) => endpoint)).size > 1;
  const rowPx = ROW_PX + (isNamed ? NAME_PX : 0);
  const rightmostPx = wishedWidthPx - EDGE_PX;
  const { xOf, breaks } = axisOf(moments, EDGE_PX, rightmostPx);
  let y = AXIS_PX;
  const lanes = legs.map((steps): Lane => {
    const { branch_id: branchId, local_user_id, local_number } = steps[0]!.event;
    const user = local_user_id ?? local_number;
    const barY = y + LABEL_PX;
    const rows = Map.groupBy(
      hung.filter((one) => one.branchId === branchId),
      ({ endpoint }) => endpoint,
    );
    const lane: Lane = {
      branchId,
      ...(user !== undefined && { user }),
      y,
      barY,
      segments: segmentsOf(steps, xOf, nowMs),
      ...endOf(steps.at(-1)!, xOf),
      rows: [...rows].map(([endpoint, ofRow], nth) => {
        const rowY = barY + BAR_PX + nth * rowPx;
        const marks = inRow(ofRow, xOf, rightmostPx);
        return { endpoint, y: rowY, isNamed, marksY: rowY + rowPx - MARK_PX / 2, marks };
      }),
    };
    y = barY + BAR_PX + rows.size * rowPx + LANE_GAP_PX;
    return lane;
  });
  const marked = lanes.flatMap(({ rows }) => rows.flatMap(({ marks }) => marks.map(({ x }) => x + EDGE_PX)));
  return {
    widthPx: Math.max(wishedWidthPx, ...marked),
    heightPx: y,
    ticks: apart(states.toSorted((a, b) => a - b).map((atMs) => ({ x: xOf(atMs), atMs }))),
    breaks,
    lanes,
  };
}

function segmentsOf(steps: Steps, xOf: Axis['xOf'], nowMs: number): Segment[] {
  return steps.flatMap((step, nth): Segment[] => {
    const { state } = step.event;
    if (state === 'TERMINATED') return [];
    const next = steps[nth + 1];
    const fromMs = happenedAtMs(step);
    // A phone system's clock may be ahead of this one.
    const toMs = next === undefined ? Math.max(fromMs, nowMs) : happenedAtMs(next);
    const x = xOf(fromMs);
    const widthPx = Math.max(0, (toMs === fromMs ? x : xOf(toMs)) - x);
    return [{ kind: KINDS[state], x, widthPx, fromMs, lastedMs: toMs - fromMs, isOpen: next === undefined }];
  });
}

function endOf(last: Steps[number], xOf: Axis['xOf']): Pick<Lane, 'end'> {
  if (last.event.state !== 'TERMINATED') return {};
  const atMs = happenedAtMs(last);
  const reason = last.event['termination-reason'];
  return { end: { x: xOf(atMs), atMs, ...(reason !== undefined && { reason }) } };
}

/** A message's attempts, and what has come of it where no attempt tells that. */
function marksOf(message: CallDrawn['messages'][number], steps: Steps, nowMs: number): Hung[] {
  const { id, endpoint, outcome, body, attempts } = message;
  const step = steps.find(({ event }) => event.branch_id === body.branch_id && event.state === body.state);
  if (step === undefined) return [];
  const { branch_id: branchId, state } = step.event;
  const of = { messageId: id, state };
  const marks = attempts.map(({ number, started_at, outcome: came }): Hung['mark'] => ({
    ...of,
    number,
    atMs: Date.parse(started_at),
    outcome: came === 'delivered' ? 'delivered' : 'failed',
  }));
  if (outcome !== 'delivered') {
    const createdAtMs = Date.parse(message.created_at);
    const finishedAtMs = message.finished_at === undefined ? createdAtMs : Date.parse(message.finished_at);
    const isPending = outcome === 'pending';
    const atMs = isPending ? Math.max(nowMs, createdAtMs) : finishedAtMs;
    marks.push({ ...of, atMs, outcome: isPending ? 'waiting' : outcome });
  }
  return marks.map((mark) => ({ branchId, endpoint, stateAtMs: happenedAtMs(step), mark }));
}

/**
 * In the order of their times, no two on top of each other: then they stand a little beside their time. Where a row
 * cannot hold them all, it gets longer.
 */
function inRow(hung: readonly Hung[], xOf: Axis['xOf'], rightmostPx: number): Mark[] {
  const ordered = hung.toSorted((a, b) => a.mark.atMs - b.mark.atMs);
  const places: number[] = [];
  for (const { mark } of ordered)
    places.push(Math.max(xOf(mark.atMs), (places.at(-1) ?? -Infinity) + APART_PX));
  let most = Math.max(rightmostPx, EDGE_PX + (places.length - 1) * APART_PX);
  for (let nth = places.length - 1; nth >= 0; nth -= 1) {
    places[nth] = Math.min(places[nth]!, most);
    most = places[nth]! - APART_PX;
  }
  return ordered.map(({ mark, stateAtMs }, nth) => ({
    ...mark,
    x: places[nth]!,
    hungAtX: xOf(stateAtMs),
  }));
}

/** Those that leave room for the words of the one before. */
function apart(ticks: readonly { x: number; atMs: number }[]): { x: number; atMs: number }[] {
  const kept: { x: number; atMs: number }[] = [];
  for (const tick of ticks) if (tick.x >= (kept.at(-1)?.x ?? -Infinity) + TICK_PX) kept.push(tick);
  return kept;
}

function happenedAtMs({ event }: Steps[number]): number {
  return Date.parse(event.timestamp);
}
