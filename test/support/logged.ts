/** Calls as ingest commits them, and attempts of their messages, for what is read of the log. */
import type { LegState } from '../../src/call/leg-event.ts';
import { formatTimestamp, type OutwardEvent } from '../../src/call/outward-event.ts';
import type { AttemptDetails } from '../../src/policy/attempt-details.ts';
import type { TrailStep } from '../../src/policy/timeline.ts';
import type { LegChange, NextStep, Store } from '../../src/store/store.ts';
import { LEG } from '../store/store-contract.ts';

const ALL = { total: 1_000, perEndpoint: () => 1_000 };

export interface Told {
  call: string;
  branch?: string;
  state?: LegState;
  user?: string;
  remote?: string;
  /** The endpoints that get a message. */
  to?: readonly string[];
  refusals?: TrailStep['refusals'];
  organisationId?: string;
}

export function step({
  call,
  branch = `${call}-a.`,
  state = 'EARLY',
  user = 'matti',
  remote,
  ...more
}: Told): LegChange {
  const { to = ['crm'], refusals = [], organisationId = 'acme' } = more;
  const event: OutwardEvent = {
    call_id: call,
    branch_id: branch,
    timestamp: formatTimestamp(1_000),
    state,
    direction: 'INCOMING',
    local_user_id: user,
    ...(remote !== undefined && { remote_number: remote }),
  };
  const leg = { ...LEG, organisationId, callId: call, branchId: branch, leg: branch };
  const messages = to.map((endpointId) => ({
    messageId: `${organisationId}-${endpointId}-${branch}-${state}`,
    organisationId,
    endpointId,
    event,
    expireAfterMs: 600_000,
  }));
  const isUntold = to.length === 0 || refusals.length > 0;
  return { leg, messages, ...(isUntold && { trail: { event, sentTo: to, refusals } }) };
}

/** What a failed attempt tells. */
export const DETAILS: AttemptDetails = {
  dns: 2.1,
  connect: 8,
  tls: 21.4,
  wait: 310,
  read: 0.2,
  address: '192.0.2.7',
  tlsVersion: 'TLSv1.3',
  certificateEndsAtMs: Date.parse('2026-12-01T00:00:00Z'),
  headers: { server: 'nginx', 'x-request-id': 'r-"1"' },
  sent: { 'callhook-skipped': '1,2' },
};

/** Attempts all that is due, or one message of it. */
export async function attempt(
  store: Store,
  nowMs: number,
  next: NextStep,
  durationMs = 20,
  only?: string,
): Promise<void> {
  const claims = await store.outbox.claim(nowMs, ALL);
  const [mine, others] = [claims, claims].map((all, turn) =>
    all.filter(({ messageId }) => (only === undefined || messageId === only) === (turn === 0)),
  );
  await store.outbox.settle(
    mine!.map(({ laneId, token, messageId, organisationId, endpoint }) => ({
      laneId,
      token,
      messageId,
      organisationId,
      endpointId: endpoint.id,
      next,
      attempt: {
        startedAtMs: nowMs,
        durationMs,
        statusCode: next.kind === 'delivered' ? 204 : 503,
        outcome: next.kind === 'delivered' ? 'delivered' : 'receiver_error',
        ...(next.kind !== 'delivered' && {
          detail: 'The receiver answered 503: it failed.',
          details: DETAILS,
        }),
      },
      signal: { kind: 'answered' },
    })),
    nowMs,
  );
  await store.outbox.release(others!);
}
