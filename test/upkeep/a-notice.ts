/** A notice as the store hands it out, for tests. */
import type { PendingNotice } from '../../src/store/upkeep.ts';

export const AT_MS = Date.parse('2026-11-23T10:36:19.315Z');
const SINCE_MS = Date.parse('2026-11-23T09:00:00Z');
const DISABLES_AT_MS = Date.parse('2026-11-28T09:00:00Z');

export const REASON = 'The receiver answered 503: it failed.';

/** Of an endpoint whose address holds a key, for tests that it does not get out. */
export function aNotice(changes: Partial<PendingNotice> = {}): PendingNotice {
  return {
    id: 7,
    channel: 'mail',
    organisationId: 'acme',
    endpointId: 'crm',
    url: 'https://crm.acme.example:8443/hooks/k3y?token=t0ken',
    atMs: AT_MS,
    notice: { kind: 'paused', sinceMs: SINCE_MS, reason: REASON, disablesAtMs: DISABLES_AT_MS },
    attemptsMade: 0,
    ...changes,
  };
}

export const NOTICES: readonly PendingNotice['notice'][] = [
  aNotice().notice,
  { kind: 'disable_soon', sinceMs: SINCE_MS, reason: REASON, disablesAtMs: DISABLES_AT_MS },
  { kind: 'disabled', why: 'failing', reason: REASON },
  { kind: 'disabled', why: 'gone', reason: 'The receiver answered 410: it wants no more messages.' },
  { kind: 'recovered', sinceMs: SINCE_MS },
];
