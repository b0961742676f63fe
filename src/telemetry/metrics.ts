/**
 * What Prometheus reads. Others call the plain methods below; gauges are asked for when somebody scrapes. The names are
 * a promise (docs/OPERATIONS.md lists them, and dashboards are built on them): extend, do not rename.
 *
 * No phone number, user or address ever becomes a label. Endpoints do not either: an installation may have thousands,
 * and each would make its own set of series; `callhook status` tells how a single one is.
 */
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { createGauges, type Overview } from './gauges.ts';

export interface Metrics {
  /** A source told something of a leg; counted when it is read, before anything is stored. */
  legEvent(source: string, verdict: string): void;
  /** A transaction of ingest is on the disk. @param states of the messages that it stored */
  committed(commit: { durationMs: number; states: readonly string[] }): void;
  /** @param attempt.outcome `delivered` or the failure's stable code */
  attempted(attempt: { outcome: string; durationMs: number }): void;
  /** A message arrived. @param sinceEventMs since the phone system's event; its clock may be ahead of ours */
  delivered(sinceEventMs: number): void;
  /** Messages ran out of time. */
  expired(count: number): void;
  /** Messages will not be attempted any more. */
  deadLetters(count: number): void;
  /** Everything as Prometheus reads it. Never rejects for an overview that cannot be had. */
  text(): Promise<string>;
  /** Of `text`. */
  readonly contentType: string;
}

export interface MetricsOptions {
  version: string;
  /** Asked at each scrape. What it cannot tell it leaves out; if it rejects, the database counts as down. */
  overview(): Promise<Overview>;
}

const SECOND_MS = 1_000;

/** In seconds. A commit waits for the disk: mostly some milliseconds. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ATTEMPT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** From the ordinary (milliseconds) to a receiver that was away for days. */
const EVENT_TO_DELIVERY_BUCKETS = COMMIT_BUCKETS.concat([30, MINUTE, 5 * MINUTE, 15 * MINUTE]).concat(
  [1, 6, 24, 72].map((hours) => hours * HOUR),
);

export function createMetrics({ version, overview }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, registers });

  const legEvents = counter('callhook_leg_events_total', 'Leg events read from sources.', [
    'source',
    'verdict',
  ]);
  const commits = counter('callhook_commits_total', 'Transactions of ingest.');
  const commitSeconds = histogram('callhook_commit_seconds', 'How long a commit took.', COMMIT_BUCKETS);
  const messages = counter('callhook_messages_committed_total', 'Messages stored, by state of the leg.', [
    'state',
  ]);
  const attempts = counter('callhook_attempts_total', 'POSTs to endpoints, by outcome.', ['outcome']);
  const attemptSeconds = histogram('callhook_attempt_seconds', 'How long an attempt took.', ATTEMPT_BUCKETS);
  const toDelivery = histogram(
    'callhook_event_to_delivery_seconds',
    "From the phone system's event to the receiver's 2xx.",
    EVENT_TO_DELIVERY_BUCKETS,
  );
  const delivered = counter('callhook_delivered_total', 'Messages delivered.');
  const expired = counter(
    'callhook_expired_total',
    'Messages whose time ran out before they were delivered.',
  );
  const dead = counter('callhook_dead_letters_total', 'Messages that will not be attempted any more.');
  const gauges = createGauges(registry, version);

  const scrape = async () => {
    gauges.show(await overview().catch(() => ({ databaseUp: false })));
    return registry.metrics();
  };
  let scraping: Promise<string> | undefined;

  return {
    legEvent: (source, verdict) => legEvents.inc({ source, verdict: verdict.replaceAll(' ', '_') }),
    committed({ durationMs, states }) {
      commits.inc();
      commitSeconds.observe(durationMs / SECOND_MS);
      for (const state of states) messages.inc({ state });
    },
    attempted({ outcome, durationMs }) {
      attempts.inc({ outcome });
      attemptSeconds.observe(durationMs / SECOND_MS);
    },
    delivered(sinceEventMs) {
      delivered.inc();
      toDelivery.observe(Math.max(0, sinceEventMs) / SECOND_MS);
    },
    expired: (count) => expired.inc(count),
    deadLetters: (count) => dead.inc(count),
    // Scrapes that come together share one, so that none reads gauges which another one is just setting.
    text: () => (scraping ??= scrape().finally(() => (scraping = undefined))),
    contentType: registry.contentType,
  };
}
