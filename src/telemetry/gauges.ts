/**
 * How things stand at the moment of a scrape. A gauge whose value is not known is left out rather than shown with an old
 * one: a graph with a gap is honest. Where nodes share a database, backlog and endpoints are the whole database's.
 */
import { Counter, Gauge, type Registry } from 'prom-client';

export const HEALTHS = ['healthy', 'failing', 'paused', 'probing', 'recovering', 'disabled'] as const;
export type Health = (typeof HEALTHS)[number];

export interface Overview {
  /** The database takes and gives. */
  databaseUp: boolean;
  /** Of this node. */
  attemptsInFlight?: number;
  /** Until when the API's certificate is good; absent where it speaks in clear. */
  certificateUntilMs?: number | undefined;
  sources?: readonly {
    id: string;
    up: boolean;
    openLegs?: number;
    /** When an event of it was last heard, and how late the slowest of the last ones was stored. */
    heardAtMs?: number;
    lagMs?: number;
    /** How often its connection broke; kept over restarts. */
    reconnects?: number;
  }[];
  /** How many endpoints are how; a health that is left out has none. */
  endpoints?: Readonly<Partial<Record<Health, number>>>;
  backlog?: {
    messages: number;
    /** Age of the oldest message that waits; undefined if none does. */
    oldestMs?: number | undefined;
    /** Calls at an endpoint that have something to send. */
    lanes: number;
  };
}

export interface Gauges {
  show(overview: Overview): void;
}

export function createGauges(registry: Registry, version: string): Gauges {
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const build = gauge('callhook_build_info', 'Always 1; the version is its label.', ['version']);
  const database = gauge('callhook_database_up', '1 while the database takes what comes in.');
  const inFlight = gauge('callhook_attempts_in_flight', 'Attempts under way.');
  const up = gauge('callhook_source_up', '1 while the phone system is connected.', ['source']);
  const legs = gauge('callhook_open_legs', 'Legs that have not ended.', ['source']);
  const heard = gauge(
    'callhook_source_last_event_timestamp_seconds',
    'When an event of the phone system was last heard, in seconds since 1970.',
    ['source'],
  );
  const lag = gauge(
    'callhook_source_lag_seconds',
    'From the phone system’s time of an event until it was stored: the slowest of the last ones.',
    ['source'],
  );
  // Counted in the database, for all nodes: each scrape sets it anew.
  const reconnects = new Counter({
    name: 'callhook_source_reconnects_total',
    help: 'How often the connection to the phone system broke.',
    labelNames: ['source'],
    registers: [registry],
  });
  const endpoints = gauge('callhook_endpoints', 'Endpoints, by health.', ['health']);
  const backlog = gauge('callhook_backlog_messages', 'Messages that wait.');
  const oldest = gauge('callhook_backlog_oldest_seconds', 'Age of the oldest message that waits.');
  const lanes = gauge('callhook_lanes_waiting', 'Lanes (one call at one endpoint) with messages that wait.');
  const certificate = gauge(
    'callhook_api_certificate_expiry_timestamp_seconds',
    "When the API's certificate ends, in seconds since 1970; not there where it has none.",
  );
  build.set({ version }, 1);

  return {
    show(overview) {
      // In prom-client's words: `reset` empties a gauge with labels, and sets one without labels to 0.
      for (const each of [inFlight, backlog, oldest, lanes, certificate]) each.remove();
      for (const each of [up, legs, heard, lag, reconnects, endpoints]) each.reset();
      database.set(overview.databaseUp ? 1 : 0);
      if (overview.attemptsInFlight !== undefined) inFlight.set(overview.attemptsInFlight);
      if (overview.certificateUntilMs !== undefined) certificate.set(overview.certificateUntilMs / 1_000);
      for (const source of overview.sources ?? []) {
        up.set({ source: source.id }, source.up ? 1 : 0);
        if (source.openLegs !== undefined) legs.set({ source: source.id }, source.openLegs);
        if (source.heardAtMs !== undefined) heard.set({ source: source.id }, source.heardAtMs / 1_000);
        if (source.lagMs !== undefined) lag.set({ source: source.id }, source.lagMs / 1_000);
        if (source.reconnects !== undefined) reconnects.inc({ source: source.id }, source.reconnects);
      }
      if (overview.endpoints !== undefined) {
        for (const health of HEALTHS) endpoints.set({ health }, overview.endpoints[health] ?? 0);
      }
      if (overview.backlog !== undefined) {
        backlog.set(overview.backlog.messages);
        oldest.set((overview.backlog.oldestMs ?? 0) / 1_000);
        lanes.set(overview.backlog.lanes);
      }
    },
  };
}
