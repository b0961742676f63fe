/** Figures over time: what settling counts, and what is read of it. */
import { countSlots, percentile, sumSlots } from '../policy/latency.ts';
import type { Figures, StatisticsAsked } from './log.ts';
import { rows, type Reading } from './log-reading.ts';
import { Values } from './sql-lists.ts';
import type { Settlement } from './store.ts';

/** A row of `statistic` is of so long. */
const BUCKET_MS = 600_000;

export function bucketOf(nowMs: number): number {
  return Math.floor(nowMs / BUCKET_MS) * BUCKET_MS;
}

/** What one endpoint's settlements add to its row. */
export interface Tally {
  delivered: number;
  failed: number;
  expired: number;
  dead: number;
  latencies: readonly number[];
}

export function tallyOf(settlements: readonly Settlement[]): Tally {
  const delivered = settlements.filter(({ next }) => next.kind === 'delivered');
  return {
    delivered: delivered.length,
    failed: settlements.length - delivered.length,
    expired: 0,
    dead: settlements.filter(({ next }) => next.kind === 'dead').length,
    latencies: countSlots(delivered.map(({ attempt }) => attempt.durationMs)),
  };
}

export function tallyOfExpired(expired: number): Tally {
  return { delivered: 0, failed: 0, expired, dead: 0, latencies: [] };
}

interface StatisticRow extends Omit<Tally, 'latencies'> {
  at_ms: number;
  /** JSON, or as the shared database reads its arrays. */
  latencies: string | readonly number[];
}

/** See `LogStore.statistics`. */
export function* readStatistics(
  organisationId: string,
  { endpointId, fromMs, toMs, stepMs }: StatisticsAsked,
): Reading<readonly Figures[]> {
  const values = new Values();
  const where = [
    `organisation_id = ${values.add(organisationId)}`,
    ...(endpointId === undefined ? [] : [`endpoint_id = ${values.add(endpointId)}`]),
    `at_ms >= ${values.add(bucketOf(fromMs))}`,
    `at_ms < ${values.add(toMs)}`,
  ];
  const found = yield* rows<StatisticRow>(
    `SELECT at_ms, delivered, failed, expired, dead, latencies FROM statistic WHERE ${where.join(' AND ')}`,
    values.all,
  );
  const bySteps = Map.groupBy(found, ({ at_ms }) => Math.floor(at_ms / stepMs) * stepMs);
  return [...bySteps].toSorted(([a], [b]) => a - b).map(([atMs, ofStep]) => figuresOf(atMs, ofStep));
}

function figuresOf(atMs: number, found: readonly StatisticRow[]): Figures {
  const sum = (key: 'delivered' | 'failed' | 'expired' | 'dead') =>
    found.reduce((all, row) => all + row[key], 0);
  const latencies = found.map((row) => slotsOf(row.latencies)).reduce(sumSlots, []);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(latencies, share));
  return {
    atMs,
    delivered: sum('delivered'),
    failed: sum('failed'),
    expired: sum('expired'),
    dead: sum('dead'),
    ...(p50 !== undefined && p95 !== undefined && p99 !== undefined && { latencyMs: { p50, p95, p99 } }),
  };
}

export function slotsOf(latencies: string | readonly number[]): readonly number[] {
  return typeof latencies === 'string' ? (JSON.parse(latencies) as number[]) : latencies;
}
