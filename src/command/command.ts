/**
 * What somebody tells an endpoint to do: be switched on or off, get another secret, get something sent again, get a test.
 * The command line and the API are two mouths of these. Each writes down in the audit who said it.
 */
import type { AuditNote, By } from '../policy/audit.ts';
import type { Words } from '../policy/directory-words.ts';

export interface EndpointName {
  organisationId: string;
  endpointId: string;
}

export interface Command extends EndpointName {
  by: By;
  nowMs: number;
}

/** The note of a command. */
export function noteOf(
  { by, nowMs, endpointId, organisationId }: Command,
  said: { action: 'changed' | 'used'; before?: Words; after: Words },
): AuditNote {
  return { atMs: nowMs, by, thing: 'endpoint', id: endpointId, organisationId, ...said };
}
