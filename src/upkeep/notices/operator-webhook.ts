/**
 * Notices as signed POSTs to the operator's own receiver, sent the way messages are (Standard Webhooks, no redirects, no
 * private address that is not allowed). docs/OPERATIONS.md describes the body to those who write the receiver.
 */
import type { Attempter } from '../../delivery/attempt.ts';
import type { PendingNotice } from '../../store/upkeep.ts';
import type { Channel } from './notifier.ts';
import { hostOf, noticeName, plainReason } from './words.ts';

export interface OperatorWebhookOptions {
  attempter: Pick<Attempter, 'attempt'>;
  /** `https://` */
  url: string;
  /** `whsec_…` */
  secret: string;
}

/** The body, a promise to its receivers: extended, never broken. A key is absent where there is nothing to say. */
export interface NoticeBody {
  type: 'endpoint.paused' | 'endpoint.disable_soon' | 'endpoint.disabled' | 'endpoint.recovered';
  /** When it happened. Times are UTC, `2026-11-23T10:36:19.315Z`. */
  timestamp: string;
  organisation_id: string;
  endpoint_id: string;
  url_host: string;
  reason?: string;
  /** When the first of the failures in a row was. */
  since?: string;
  disables_at?: string;
}

export function createOperatorWebhook({ attempter, url, secret }: OperatorWebhookOptions): Channel {
  return async (notice) => {
    const message = { id: noticeName(notice), body: JSON.stringify(bodyOf(notice)) };
    const { outcome } = await attempter.attempt({ url, secrets: [secret] }, message);
    return outcome.ok ? { ok: true } : { ok: false, problem: plainReason(outcome.detail) };
  };
}

function bodyOf({ organisationId, endpointId, url, atMs, notice }: PendingNotice): NoticeBody {
  const body: NoticeBody = {
    type: `endpoint.${notice.kind}`,
    timestamp: utc(atMs),
    organisation_id: organisationId,
    endpoint_id: endpointId,
    url_host: hostOf(url),
  };
  if (notice.kind !== 'recovered') body.reason = plainReason(notice.reason);
  if (notice.kind !== 'disabled') body.since = utc(notice.sinceMs);
  if ('disablesAtMs' in notice) body.disables_at = utc(notice.disablesAtMs);
  return body;
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
}
