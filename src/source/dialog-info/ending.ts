/**
 * Why a dialog that was never confirmed ended, as far as the document says (RFC 4235 section 3.7.1 and 4.1.1: `event`, `code`).
 * Kamailio says nothing; then nobody knows, and the leg was given up.
 */
import type { Ending } from '../../call/leg-event.ts';
import type { Dialog } from './document.ts';

/** @returns undefined where the document gives no cause */
export function endingOf({
  event,
  code,
  direction,
}: Pick<Dialog, 'event' | 'code' | 'direction'>): Ending | undefined {
  switch (event) {
    case 'rejected':
      return byCode(code) ?? 'REFUSED';
    case 'error':
      return 'REFUSED';
    case 'cancelled':
    case 'timeout':
    case 'local-bye':
    case 'remote-bye':
      return 'GIVEN_UP';
    case 'replaced':
      // Somebody else took the call that rang here (RFC 3891).
      return direction === 'recipient' ? 'ELSEWHERE' : 'GIVEN_UP';
    default:
      return byCode(code);
  }
}

/** 487: the caller gave up. 408: the phone never said a word. */
function byCode(code: number | undefined): Ending | undefined {
  if (code === undefined || code < 300) return undefined;
  return code === 487 || code === 408 ? 'GIVEN_UP' : 'REFUSED';
}
