/** How sources and endpoints are: a room of the store's contract (store.ts). */
import type { AuditNote } from '../policy/audit.ts';
import type { EndpointHealth } from '../policy/endpoint-health.ts';
import type { AttemptRecord } from './store.ts';

export interface SourceHealth {
  id: string;
  status: 'connecting' | 'connected' | 'down';
  sinceMs: number;
  advice?: string;
  openLegs: number;
}

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

export interface HealthStore {
  /** Operator's: remembers how a source is, for `status`, which is another process. */
  sourceState(sourceId: string, state: Omit<SourceHealth, 'id' | 'openLegs'>): Promise<void>;
  /** Operator's. */
  sources(): Promise<readonly SourceHealth[]>;
  /**
   * Operator's: everything at a glance; no page of something, for it tells of all endpoints. What waits may have been counted
   * some seconds ago where counting takes long.
   */
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
