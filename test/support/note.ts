/** Something for the audit to say, where a test is about the change itself. */
import type { AuditNote } from '../../src/policy/audit.ts';

export const NOTE: AuditNote = {
  atMs: 1,
  by: { actor: { kind: 'system', id: 'test', name: 'test' } },
  action: 'changed',
  thing: 'endpoint',
  id: 'crm',
  organisationId: 'acme',
};

/** One that no database takes. */
export const BAD_NOTE: AuditNote = { ...NOTE, action: null as never };
