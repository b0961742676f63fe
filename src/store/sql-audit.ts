/** The audit log in SQL: rows that are added and read. Triggers refuse to change or delete one. */
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

export function sqlAudit(sql: SqlPort): Pick<AccountStore, 'audit' | 'note'> {
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
