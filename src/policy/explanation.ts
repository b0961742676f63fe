/**
 * Answers "why did my CRM not pop?" from a call's timeline: findings, each a code with its values, so that any language can
 * word them (English: explanation-english.ts). Pure.
 */
import type { Direction, LegState } from '../call/leg-event.ts';
import type { TerminationReason } from '../call/leg-state.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import type { FunctionKind } from './organisation.ts';
import type {
  LoggedAttempt,
  MessageWithAttempts,
  TakenStep,
  Timeline,
  TimelineEndpoint,
} from './timeline.ts';

/** What went wrong in attempts, by the last one that failed. */
export interface Trouble {
  /** The stable code of the failure. */
  code: string;
  statusCode?: number;
  detail?: string;
  /** How many attempts failed. */
  attempts: number;
}

/** The endpoint that a finding is about. */
interface At {
  endpointId: string;
  /** Absent when it was removed. */
  host?: string;
}

export type Finding =
  /** A leg: whose, which way, and how it went. Those after it are about it. */
  | {
      code: 'leg';
      branchId: string;
      localUserId?: string;
      direction: Direction;
      firstState: LegState;
      beganAtMs: number;
      answeredAtMs?: number;
      endedAtMs?: number;
      reason?: TerminationReason;
    }
  /** The phone system told of it late. */
  | { code: 'learnt-late'; byMs: number }
  /** The far number is one where no end user sits. */
  | { code: 'function-number'; number: string; kind: FunctionKind }
  /** The leg was up before its device came into the directory: nothing is reported of it. */
  | { code: 'came-late' }
  /** The organisation had no endpoint. */
  | { code: 'no-endpoint' }
  /** The endpoint asks for other states only. */
  | (At & { code: 'not-asked-for'; asks: readonly LegState[] })
  /** The endpoint's filter kept it out. */
  | (At & { code: 'filtered' })
  /** At the first attempt. `afterMs`: from when it happened until it was taken. */
  | (At & { code: 'delivered'; states: readonly LegState[]; afterMs: number })
  | (At & {
      code: 'delivered-late';
      states: readonly LegState[];
      trouble: Trouble;
      forMs: number;
      atMs: number;
    })
  /** It is tried again. */
  | (At & {
      code: 'retrying';
      states: readonly LegState[];
      trouble: Trouble;
      sinceMs: number;
      nextAtMs?: number;
    })
  /** Nothing, or next to nothing, is sent to the endpoint at present. */
  | (At & {
      code: 'held-back';
      states: readonly LegState[];
      health: 'paused' | 'disabled';
      trouble?: Trouble;
    })
  /** It was not attempted yet, and nothing is wrong with the endpoint. */
  | (At & { code: 'queued'; states: readonly LegState[]; sinceMs: number })
  | (At & { code: 'expired'; states: readonly LegState[]; trouble?: Trouble; afterMs: number })
  | (At & { code: 'dead'; states: readonly LegState[]; trouble?: Trouble });

export type LegFinding = Extract<Finding, { code: 'leg' }>;
type MessageFinding = Extract<Finding, { states: readonly LegState[] }>;

/** What the phone system tells later than this is worth a word. */
const LATE_MS = 5_000;

/** @returns leg by leg, in the order in which they began */
export function explain(timeline: Timeline): readonly Finding[] {
  const branches = Map.groupBy(timeline.steps, ({ event }) => event.branch_id);
  return [...branches.values()].flatMap((steps) => explainLeg(steps, timeline));
}

function explainLeg(steps: readonly TakenStep[], timeline: Timeline): Finding[] {
  const findings: Finding[] = [legOf(steps)];
  const byMs = Math.max(...steps.map((step) => step.takenAtMs - happenedAtMs(step)));
  if (byMs > LATE_MS) findings.push({ code: 'learnt-late', byMs });
  const remotes = new Set(steps.map(({ event }) => event.remote_number));
  for (const { number, kind } of timeline.functionNumbers) {
    if (remotes.has(number)) findings.push({ code: 'function-number', number, kind });
  }
  if (steps.some(({ cameLate }) => cameLate)) return [...findings, { code: 'came-late' }];
  const concerned = timeline.endpoints.filter(({ id }) => steps.some((step) => concerns(step, id)));
  if (concerned.length === 0) return [...findings, { code: 'no-endpoint' }];
  return [...findings, ...concerned.flatMap((endpoint) => explainEndpoint(steps, endpoint, timeline))];
}

/** How a leg went. @param steps all of one leg, at least one */
export function legOf(steps: readonly TakenStep[]): LegFinding {
  const [first] = steps as readonly [TakenStep];
  const at = (state: LegState) => steps.find(({ event }) => event.state === state);
  const [rang, answered, ended] = [at('EARLY') ?? first, at('CONFIRMED'), at('TERMINATED')];
  const reason = ended?.event['termination-reason'];
  const localUserId = steps.find(({ event }) => event.local_user_id !== undefined)?.event.local_user_id;
  return {
    code: 'leg',
    branchId: first.event.branch_id,
    direction: first.event.direction,
    firstState: rang.event.state,
    beganAtMs: happenedAtMs(rang),
    ...(localUserId !== undefined && { localUserId }),
    ...(answered !== undefined && { answeredAtMs: happenedAtMs(answered) }),
    ...(ended !== undefined && { endedAtMs: happenedAtMs(ended) }),
    ...(reason !== undefined && { reason }),
  };
}

function concerns({ sentTo, refusals }: TakenStep, endpointId: string): boolean {
  return sentTo.includes(endpointId) || refusals.some((refusal) => refusal.endpointId === endpointId);
}

function explainEndpoint(
  steps: readonly TakenStep[],
  { id, host, health }: TimelineEndpoint,
  { messages }: Timeline,
): Finding[] {
  const at: At = { endpointId: id, ...(host !== undefined && { host }) };
  const findings = steps.flatMap((step): MessageFinding[] => {
    const message = messages.find((candidate) => candidate.endpointId === id && tells(candidate, step));
    return message === undefined ? [] : [{ ...at, ...fateOf(message, step, health) }];
  });
  if (findings.length > 0) return together(findings);
  // It got a message, which is kept no longer than the trail.
  if (steps.some(({ sentTo }) => sentTo.includes(id))) return [];
  const refusals = steps.flatMap((step) => step.refusals.filter(({ endpointId }) => endpointId === id));
  const [asked] = refusals.flatMap((refusal) => (refusal.why === 'state' ? [refusal.asks] : []));
  const isFiltered = asked === undefined || refusals.some(({ why }) => why === 'filter');
  return [isFiltered ? { ...at, code: 'filtered' } : { ...at, code: 'not-asked-for', asks: asked }];
}

/** The message of this step. Its body is ours, so its text can be trusted to be as we write it. */
function tells({ body }: MessageWithAttempts, { event }: TakenStep): boolean {
  return (
    body.includes(`"branch_id":${JSON.stringify(event.branch_id)}`) &&
    body.includes(`"state":"${event.state}"`)
  );
}

type Fate = MessageFinding extends infer F ? (F extends At ? Omit<F, keyof At> : never) : never;

function fateOf(message: MessageWithAttempts, step: TakenStep, health: EndpointHealth): Fate {
  const { outcome, attempts, createdAtMs, finishedAtMs = createdAtMs, dueAtMs } = message;
  const states = [step.event.state];
  const failed = attempts.filter((attempt) => attempt.outcome !== 'delivered');
  const trouble = troubleOf(failed);
  const told = trouble === undefined ? {} : { trouble };
  switch (outcome) {
    case 'delivered': {
      const sinceMs = failed[0]?.startedAtMs ?? createdAtMs;
      if (trouble === undefined) {
        return { code: 'delivered', states, afterMs: Math.max(0, finishedAtMs - happenedAtMs(step)) };
      }
      return { code: 'delivered-late', states, trouble, forMs: finishedAtMs - sinceMs, atMs: finishedAtMs };
    }
    case 'expired':
      return { code: 'expired', states, ...told, afterMs: finishedAtMs - createdAtMs };
    case 'dead':
      return { code: 'dead', states, ...told };
    case 'pending': {
      const held = heldBackBy(health);
      if (held !== undefined) return { code: 'held-back', states, health: held, ...told };
      if (trouble === undefined) return { code: 'queued', states, sinceMs: createdAtMs };
      const next = dueAtMs === undefined ? {} : { nextAtMs: dueAtMs };
      return { code: 'retrying', states, trouble, sinceMs: failed[0]?.startedAtMs ?? createdAtMs, ...next };
    }
  }
}

function heldBackBy({ kind }: EndpointHealth): 'paused' | 'disabled' | undefined {
  if (kind === 'disabled') return kind;
  return kind === 'paused' || kind === 'probing' ? 'paused' : undefined;
}

function troubleOf(failed: readonly LoggedAttempt[]): Trouble | undefined {
  const last = failed.at(-1);
  if (last === undefined) return undefined;
  const { outcome: code, statusCode, detail } = last;
  return {
    code,
    attempts: failed.length,
    ...(statusCode !== undefined && { statusCode }),
    ...(detail !== undefined && { detail }),
  };
}

/** What went the same way is said once, with the values of the first. */
function together(findings: readonly MessageFinding[]): MessageFinding[] {
  return findings.reduce<MessageFinding[]>((said, finding) => {
    const last = said.at(-1);
    if (last?.code !== finding.code) return [...said, finding];
    return [...said.slice(0, -1), { ...last, states: [...last.states, ...finding.states] }];
  }, []);
}

function happenedAtMs({ event }: TakenStep): number {
  return Date.parse(event.timestamp);
}
