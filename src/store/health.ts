/** How sources and endpoints are: a room of the store's contract (store.ts). */
import type { AuditNote } from '../policy/audit.ts';
import type { EndpointHealth } from '../policy/endpoint-health.ts';
import type { AttemptRecord } from './store.ts';

export interface SourceHealth {
  id: string;
  status: 'connecting' | 'connected' | 'down';
  /** Absent: it was never read. */
  sinceMs?: number;
  advice?: string;
  openLegs: number;
  /** When an event of the phone system was last heard, to some seconds. */
  heardAtMs?: number;
  /**
   * How long the slowest of the events that were heard last took, from the phone system's own time of it until it was
   * stored. Absent where the phone system tells no time.
   */
  lagMs?: number;
  /** How often a connection that worked broke, since then. */
  reconnects: number;
  countedSinceMs?: number;
  /** The last time. */
  lastBreak?: { atMs: number; why: string };
}

/** What was heard of a source since the last time that it was told. */
export type SourceNews = Required<Pick<SourceHealth, 'id' | 'heardAtMs'>> & Pick<SourceHealth, 'lagMs'>;

export interface EndpointOverview {
  organisationId: string;
  id: string;
  url: string;
  pending: number;
  /** Calls that have something to send to it. */
  lanesWaiting: number;
  oldestPendingAtMs?: number;
  delivered: number;
  expired: number;
  dead: number;
  health: EndpointHealth;
  /** The last attempt, whichever message it was for. */
  last?: AttemptRecord;
  /** When a message was last delivered, to ten minutes; `endpoints` alone tells it. */
  deliveredAboutMs?: number;
}

/** Everything at a glance. */
export interface HealthSummary {
  sources: readonly SourceHealth[];
  /** How many endpoints are how; a health that none has is left out. */
  byHealth: Partial<Record<EndpointHealth['kind'], number>>;
  backlog: {
    messages: number;
    /** Calls at an endpoint that have something to send. */
    lanes: number;
    oldestAtMs?: number;
  };
  /** Endpoints that are not healthy, or that messages wait for: those that most waits for first. */
  concerning: readonly EndpointOverview[];
}

export interface HealthStore {
  /**
   * Operator's: remembers how a source is, for all who look. A state that is told again keeps its time; one that was
   * connected and is down has broken, which is counted; one that is down stays so while it is being tried.
   */
  sourceState(
    sourceId: string,
    state: { status: SourceHealth['status']; sinceMs: number; advice?: string },
  ): Promise<void>;
  /** Operator's: of sources that have a state. What is older than what is known changes nothing. */
  sourcesHeard(news: readonly SourceNews[]): Promise<void>;
  /** Operator's. */
  sources(): Promise<readonly SourceHealth[]>;
  /**
   * Operator's: how everything is. Costs what waits and what is not well, not what there is. What waits may have been counted
   * some seconds ago where counting takes long.
   * @param most how many endpoints are told of at most
   */
  summary(most: number): Promise<HealthSummary>;
  /** Operator's: the same with each single endpoint, for `callhook status`. */
  overview(): Promise<{ sources: readonly SourceHealth[]; endpoints: readonly EndpointOverview[] }>;
  /** How the endpoints of one organisation are, by id. */
  endpoints(organisationId: string): Promise<readonly EndpointOverview[]>;
  /**
   * Switches delivery to an endpoint on or off. While it is off its messages are kept; on, a probe goes out first.
   * @param note written down with the change; where it is so already, neither is made
   * @returns false if there is no such endpoint
   */
  enable(
    organisationId: string,
    endpointId: string,
    on: boolean,
    nowMs: number,
    note: AuditNote,
  ): Promise<boolean>;
}

/** SQL for `deliveredAboutMs`, on every backend: back from the newest figures by their primary key. */
export const DELIVERED_ABOUT = `(
  SELECT statistic.at_ms FROM statistic
  WHERE statistic.organisation_id = endpoint.organisation_id AND statistic.endpoint_id = endpoint.id
    AND statistic.delivered > 0
  ORDER BY statistic.at_ms DESC LIMIT 1)`;
