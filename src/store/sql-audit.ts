/**
 * The audit log in SQL: rows that are added and read. Triggers refuse to change one, and to delete one but from before the
 * time that `forgetAudit` names within its transaction.
 */
import type { AuditEntry, AuditNote, By } from '../policy/audit.ts';
import type { Words } from '../policy/directory-words.ts';
import type { AccountStore, AuditFilter } from './accounts.ts';
import type { SqlPort, Step } from './sql-port.ts';

export const INSERT_AUDIT = `
  INSERT INTO audit (at_ms, organisation_id, actor_id, done_by, action, thing, thing_id, was, became)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

const SELECT_AUDIT = `
  SELECT * FROM audit
  WHERE number < $1
    AND (CAST($2 AS text) IS NULL OR organisation_id = $2)
    AND (CAST($3 AS text) IS NULL OR thing = $3)
    AND (CAST($4 AS text) IS NULL OR thing_id = $4)
    AND (CAST($5 AS text) IS NULL OR actor_id = $5)
    AND at_ms >= $6 AND at_ms < $7
  ORDER BY number DESC LIMIT $8`;

/** From the oldest on: numbers grow with time. */
const OLD_AUDIT = `
  SELECT number FROM (SELECT number, at_ms FROM audit ORDER BY number LIMIT $2) AS oldest WHERE at_ms < $1`;
const KEEP_AUDIT_FROM = `UPDATE meta SET value = $1 WHERE key = 'audit_kept_from_ms'`;
const FORGET_AUDIT = `DELETE FROM audit WHERE number IN (${OLD_AUDIT}) RETURNING number`;

interface AuditRow {
  number: number;
  at_ms: number;
  organisation_id: string | null;
  done_by: string;
  action: AuditEntry['action'];
  thing: AuditEntry['thing'];
  thing_id: string;
  was: string | null;
  became: string | null;
}

/** The columns of `INSERT_AUDIT`. */
export function auditValues(note: AuditNote): unknown[] {
  const { atMs, organisationId, by, action, thing, id, before, after } = note;
  const json = (words: Words | undefined) => (words === undefined ? null : JSON.stringify(words));
  const values = [atMs, organisationId ?? null, by.actor.id, JSON.stringify(by), action, thing, id];
  return [...values, json(before), json(after)];
}

export function auditStep(note: AuditNote): Step {
  return { sql: INSERT_AUDIT, values: auditValues(note) };
}

export function sqlAudit(sql: SqlPort): Pick<AccountStore, 'audit' | 'note' | 'forgetAudit'> {
  return {
    async note(note) {
      await sql.rows(INSERT_AUDIT, auditValues(note));
    },

    async audit(filter: AuditFilter, { after, limit }) {
      const rows = await sql.rows<AuditRow>(SELECT_AUDIT, [
        after ?? Number.MAX_SAFE_INTEGER,
        filter.organisationId ?? null,
        filter.thing ?? null,
        filter.id ?? null,
        filter.actorId ?? null,
        filter.fromMs ?? 0,
        filter.untilMs ?? Number.MAX_SAFE_INTEGER,
        limit,
      ]);
      return rows.map(entryOf);
    },

    async forgetAudit(beforeMs, limit) {
      // Most turns find nothing, and then nothing is written.
      if ((await sql.rows(OLD_AUDIT, [beforeMs, limit])).length === 0) return 0;
      const [, forgotten = []] = (await sql.together([
        { sql: KEEP_AUDIT_FROM, values: [beforeMs] },
        { sql: FORGET_AUDIT, values: [beforeMs, limit] },
        { sql: KEEP_AUDIT_FROM, values: [0] },
      ]))!;
      return forgotten.length;
    },
  };
}

function entryOf(row: AuditRow): AuditEntry {
  return {
    number: row.number,
    atMs: row.at_ms,
    by: JSON.parse(row.done_by) as By,
    action: row.action,
    thing: row.thing,
    id: row.thing_id,
    ...(row.organisation_id !== null && { organisationId: row.organisation_id }),
    ...(row.was !== null && { before: JSON.parse(row.was) as Words }),
    ...(row.became !== null && { after: JSON.parse(row.became) as Words }),
  };
}
