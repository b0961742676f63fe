/**
 * How an endpoint is, and how much may be sent to it therefore: a pure state machine. Drawn in docs/DELIVERY.md.
 *
 *     healthy → failing → paused ⇄ probing → recovering → healthy
 *
 * - *failing*: attempts fail in a row, all messages are still tried.
 * - *paused*: so many failed that nothing is sent until `resumeAtMs`.
 * - *probing*: one message is on its way, to see whether the receiver is back.
 * - *recovering*: it is; the backlog drains at a rate that doubles every few seconds. Also after a 429.
 * - *disabled*: gone (410), failing for days, or switched off by the operator. Messages are kept until it is enabled.
 *
 * Only what says something about the receiver counts: a message that it does not accept (400, 413, 422 …) shows that it
 * is there. Whoever stores the state calls `afterAttempt`, `afterClaim` and `afterTime` and keeps what they return.
 */

export type EndpointHealth =
  | { kind: 'healthy' }
  | ({ kind: 'failing'; failures: number } & Trouble)
  | ({ kind: 'paused'; probes: number; resumeAtMs: number } & Trouble)
  | ({ kind: 'probing'; probes: number; lapsesAtMs: number } & Trouble)
  /** From `startsAtMs` on. */
  | { kind: 'recovering'; startsAtMs: number; failures?: number }
  | { kind: 'disabled'; why: 'failing' | 'gone' | 'operator'; atMs: number; reason?: string };

interface Trouble {
  /** When the first of the failures in a row was. */
  sinceMs: number;
  /** The last failure in plain words, for an administrator. */
  reason: string;
  /** How many of the announcements of the disabling were made. */
  warned: number;
  /** When the last of the failures was: an endpoint that nobody has asked since is not failing for days. */
  lastMs: number;
}

/** What one attempt tells of the receiver. */
export type Signal =
  | { kind: 'answered' }
  | { kind: 'failed'; reason: string }
  | { kind: 'throttled'; untilMs: number }
  | { kind: 'gone'; reason: string }
  /** Nothing: it was not sent. */
  | { kind: 'none' };

export interface HealthRules {
  /** So many failures in a row pause an endpoint. */
  pauseAfterFailures: number;
  /** The first pause; each further one is twice as long, up to `probeMostMs`. */
  probeFirstMs: number;
  probeMostMs: number;
  /** An endpoint that fails for so long is disabled. */
  disableAfterMs: number;
  /** How long a probe may be under way before another may go out: its sender is gone. */
  claimMs: number;
}

export type Notice =
  | { kind: 'paused'; sinceMs: number; reason: string; disablesAtMs: number }
  | { kind: 'disable_soon'; sinceMs: number; reason: string; disablesAtMs: number }
  | { kind: 'disabled'; why: 'failing' | 'gone'; reason: string }
  | { kind: 'recovered'; sinceMs: number };

export interface Step {
  health: EndpointHealth;
  /** What the operator is told of, if anything. */
  notice?: Notice;
}

export const HEALTHY: EndpointHealth = { kind: 'healthy' };

/** Announcements before the disabling, at these parts of the time to it. */
const WARNINGS = [0.5, 0.8];
/** Attempts a second right after the receiver is back, and how often that doubles. */
const RECOVERY_FIRST_PER_SECOND = 4;
const RECOVERY_DOUBLES_EVERY_MS = 2_000;
/** A failure on the way sets it back by so much. */
const RECOVERY_SETBACK_MS = 250;
/** Then it is healthy: 4 · 2⁸ = 1,024 attempts a second are no limit any more. */
const RECOVERY_MS = 8 * RECOVERY_DOUBLES_EVERY_MS;

/** What an attempt's end makes of the health. */
export function afterAttempt(
  health: EndpointHealth,
  signal: Signal,
  nowMs: number,
  rules: HealthRules,
): Step {
  if (health.kind === 'disabled') return { health };
  switch (signal.kind) {
    case 'none':
      return { health };
    case 'answered':
      return answered(health, nowMs);
    case 'failed':
      return failed(health, signal.reason, nowMs, rules);
    case 'throttled':
      return throttled(health, Math.max(signal.untilMs, nowMs));
    case 'gone':
      return {
        health: { kind: 'disabled', why: 'gone', atMs: nowMs, reason: signal.reason },
        notice: { kind: 'disabled', why: 'gone', reason: signal.reason },
      };
  }
}

/** A 429: the receiver is there. It is left alone until then, whatever another answer beside this one said. */
function throttled(health: Exclude<EndpointHealth, { kind: 'disabled' }>, untilMs: number): Step {
  const startsAtMs = health.kind === 'recovering' ? Math.max(health.startsAtMs, untilMs) : untilMs;
  const step: Step = { health: { kind: 'recovering', startsAtMs } };
  if (health.kind === 'paused' || health.kind === 'probing') {
    step.notice = { kind: 'recovered', sinceMs: health.sinceMs };
  }
  return step;
}

function answered(health: Exclude<EndpointHealth, { kind: 'disabled' }>, nowMs: number): Step {
  switch (health.kind) {
    case 'healthy':
      return { health };
    case 'failing':
      return { health: HEALTHY };
    // Paused: an attempt that was under way before the pause. It counts as the probe.
    case 'paused':
    case 'probing':
      return {
        health: { kind: 'recovering', startsAtMs: nowMs },
        notice: { kind: 'recovered', sinceMs: health.sinceMs },
      };
    case 'recovering':
      if (nowMs - health.startsAtMs >= RECOVERY_MS) return { health: HEALTHY };
      // Only failures in a row count.
      return { health: { kind: 'recovering', startsAtMs: health.startsAtMs } };
  }
}

function failed(
  health: Exclude<EndpointHealth, { kind: 'disabled' }>,
  reason: string,
  nowMs: number,
  rules: HealthRules,
): Step {
  switch (health.kind) {
    case 'healthy': {
      const trouble = { sinceMs: nowMs, lastMs: nowMs, reason, warned: 0 };
      return 1 < rules.pauseAfterFailures
        ? { health: { kind: 'failing', failures: 1, ...trouble } }
        : pause(trouble, 0, nowMs, rules);
    }
    case 'recovering': {
      const failures = (health.failures ?? 0) + 1;
      if (failures >= rules.pauseAfterFailures) {
        return pause({ sinceMs: nowMs, lastMs: nowMs, reason, warned: 0 }, 0, nowMs, rules);
      }
      // A receiver that fails now and then gets back to its feet too, only somewhat later.
      const startsAtMs = Math.max(
        health.startsAtMs,
        Math.min(nowMs, health.startsAtMs + RECOVERY_SETBACK_MS),
      );
      return { health: { kind: 'recovering', startsAtMs, failures } };
    }
    case 'failing': {
      const failures = health.failures + 1;
      const trouble = { ...troubleOf(health, nowMs, rules), reason };
      if (failures < rules.pauseAfterFailures) return { health: { kind: 'failing', failures, ...trouble } };
      return pause(trouble, 0, nowMs, rules);
    }
    case 'paused':
      return { health: { ...health, reason, lastMs: nowMs } };
    case 'probing': {
      const trouble = { ...troubleOf(health, nowMs, rules), reason };
      return { health: pause(trouble, health.probes, nowMs, rules).health };
    }
  }
}

/** After a long time in which nobody asked, its trouble begins anew. */
function troubleOf(
  { sinceMs, lastMs, warned }: Trouble,
  nowMs: number,
  rules: HealthRules,
): Omit<Trouble, 'reason'> {
  return isQuiet(lastMs, nowMs, rules)
    ? { sinceMs: nowMs, lastMs: nowMs, warned: 0 }
    : { sinceMs, lastMs: nowMs, warned };
}

/** Whether nothing was tried for longer than a probe would have waited. */
function isQuiet(lastMs: number, nowMs: number, { probeMostMs, claimMs }: HealthRules): boolean {
  return nowMs - lastMs > 2 * (probeMostMs + claimMs);
}

function pause(trouble: Trouble, probes: number, nowMs: number, rules: HealthRules): Step {
  const pauseMs = Math.min(rules.probeFirstMs * 2 ** Math.min(probes, 30), rules.probeMostMs);
  const { sinceMs, reason } = trouble;
  return {
    health: { kind: 'paused', probes, resumeAtMs: nowMs + pauseMs, ...trouble },
    notice: { kind: 'paused', sinceMs, reason, disablesAtMs: sinceMs + rules.disableAfterMs },
  };
}

/** What stands between an endpoint and its messages: its health and its rate. */
export interface Gate {
  health: EndpointHealth;
  /** Generic cell rate algorithm: when the next attempt would be due if all kept to the rate. */
  tatMs: number;
}

export const OPEN_GATE: Gate = { health: HEALTHY, tatMs: 0 };

/** So much may come ahead of the rate, in one go. */
const BURST_MS = 100;

/** How many attempts may begin now. @param inFlight those under way @param maxPerSecond the endpoint's own limit */
export function allowance(gate: Gate, nowMs: number, inFlight: number, maxPerSecond?: number): number {
  const { health } = gate;
  switch (health.kind) {
    case 'paused':
      return health.resumeAtMs <= nowMs && inFlight === 0 ? 1 : 0;
    case 'probing':
      return health.lapsesAtMs <= nowMs ? 1 : 0;
    case 'disabled':
      return 0;
    case 'recovering':
      if (health.startsAtMs > nowMs) return 0;
      break;
    case 'healthy':
    case 'failing':
  }
  const rate = ratePerSecond(health, nowMs, maxPerSecond);
  const aheadMs = nowMs + BURST_MS - Math.max(gate.tatMs, nowMs);
  if (rate === undefined) return Infinity;
  return aheadMs < 0 ? 0 : Math.floor((aheadMs * rate) / 1_000) + 1;
}

/** When time alone allows the next attempt; undefined: not before something else happens. */
export function nextChanceMs({ health, tatMs }: Gate): number | undefined {
  switch (health.kind) {
    case 'healthy':
    case 'failing':
      return tatMs - BURST_MS;
    case 'recovering':
      return Math.max(health.startsAtMs, tatMs - BURST_MS);
    case 'paused':
      return health.resumeAtMs;
    case 'probing':
      return health.lapsesAtMs;
    case 'disabled':
      return undefined;
  }
}

/** What so many new attempts make of the gate. */
export function afterClaim(
  gate: Gate,
  claimed: number,
  nowMs: number,
  rules: HealthRules,
  maxPerSecond?: number,
): Gate {
  const { health } = gate;
  if (claimed === 0) return gate;
  if (health.kind === 'paused' || health.kind === 'probing') {
    const { sinceMs, lastMs, reason, warned, probes } = health;
    const lapsesAtMs = nowMs + rules.claimMs;
    const trouble = { sinceMs, lastMs, reason, warned };
    return { ...gate, health: { kind: 'probing', probes: probes + 1, lapsesAtMs, ...trouble } };
  }
  const rate = ratePerSecond(health, nowMs, maxPerSecond);
  if (rate === undefined) return gate;
  return { health, tatMs: Math.max(gate.tatMs, nowMs) + (claimed * 1_000) / rate };
}

/** Attempts per second at the moment; undefined: as many as can be. */
function ratePerSecond(health: EndpointHealth, nowMs: number, maxPerSecond?: number): number | undefined {
  if (health.kind !== 'recovering') return maxPerSecond;
  const doublings = Math.max(0, nowMs - health.startsAtMs) / RECOVERY_DOUBLES_EVERY_MS;
  return Math.min(RECOVERY_FIRST_PER_SECOND * 2 ** doublings, maxPerSecond ?? Infinity);
}

/** What the passing of time makes of the health: announcements, and the end. */
export function afterTime(health: EndpointHealth, nowMs: number, rules: HealthRules): Step {
  const { disableAfterMs } = rules;
  if (health.kind === 'recovering') {
    return { health: nowMs - health.startsAtMs >= RECOVERY_MS ? HEALTHY : health };
  }
  // Too few failures for a pause prove nothing, and neither does a time in which nothing was tried.
  if (health.kind !== 'paused' && health.kind !== 'probing') return { health };
  if (isQuiet(health.lastMs, nowMs, rules)) return { health };
  const { sinceMs, reason, warned } = health;
  const disablesAtMs = sinceMs + disableAfterMs;
  if (nowMs >= disablesAtMs) {
    return {
      health: { kind: 'disabled', why: 'failing', atMs: nowMs, reason },
      notice: { kind: 'disabled', why: 'failing', reason },
    };
  }
  const due = WARNINGS.filter((part) => nowMs >= sinceMs + part * disableAfterMs).length;
  if (due <= warned) return { health };
  return {
    health: { ...health, warned: due },
    notice: { kind: 'disable_soon', sinceMs, reason, disablesAtMs },
  };
}

/** The operator switches it on: a probe goes out first, then the rest follows at a rising rate. */
export function enabled(health: EndpointHealth, nowMs: number): EndpointHealth {
  if (health.kind !== 'disabled') return health;
  const reason = health.reason ?? 'It was disabled.';
  return { kind: 'paused', probes: 0, resumeAtMs: nowMs, sinceMs: nowMs, lastMs: nowMs, reason, warned: 0 };
}

export function disabled(health: EndpointHealth, nowMs: number): EndpointHealth {
  return health.kind === 'disabled' ? health : { kind: 'disabled', why: 'operator', atMs: nowMs };
}
