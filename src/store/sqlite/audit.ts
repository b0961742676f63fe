/** Adds to the audit log, inside the caller's transaction: the change and what is said of it are kept together. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AuditNote } from '../../policy/audit.ts';
import { auditValues, INSERT_AUDIT } from '../sql-audit.ts';

export function prepareAudit(db: DatabaseSync): (note: AuditNote) => void {
  const insert = db.prepare(INSERT_AUDIT.replace(/\$(\d+)/g, '?$1'));
  return (note) => void insert.run(...(auditValues(note) as SQLInputValue[]));
}
