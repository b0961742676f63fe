/**
 * The audit log in SQL: rows that are added and read. Triggers refuse to change one, and to delete one but from before the
 * time that `forgetAudit` names within its transaction.
 */
import type { AuditEntry, AuditNote, By } from '../policy/audit.ts';
import type { Words } from '../policy/directory-words.ts';
import type { AccountStore, AuditFilter } from './accounts.ts';
import { Values, type Listing } from './sql-lists.ts';
import type { SqlPort, Step } from './sql-port.ts';

export const INSERT_AUDIT = `
  INSERT INTO audit (at_ms, organisation_id, actor_id, done_by, action, thing, thing_id, was, became)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** Nothing is written down so much later than it happened. */
const LATE_MS = 3_600_000;

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
      const asked = auditPage(filter, after, limit);
      const rows = await sql.rows<AuditRow>(asked.sql, asked.values);
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

/**
 * Newest first, which is by number: by the primary key, or by the index that fits what is asked. To the other conditions an
 * empty text or a zero is added, so that no database takes their index and sorts what it finds. Times are found by
 * `audit_time`, as numbers between which their entries lie.
 */
function auditPage(
  { organisationId, id, actorId, thing, fromMs, untilMs }: AuditFilter,
  after: number | undefined,
  limit: number,
): Listing {
  const values = new Values();
  const equal = { organisation_id: organisationId, thing_id: id, actor_id: actorId, thing };
  const narrowest = [
    'thing_id',
    organisationId === undefined && actorId !== undefined ? 'actor_id' : 'thing',
  ];
  const indexed = ['organisation_id', narrowest[id === undefined ? 1 : 0]];
  const where = Object.entries(equal).flatMap(([column, value]) => {
    if (value === undefined) return [];
    return [`${indexed.includes(column) ? column : `${column} || ''`} = ${values.add(value)}`];
  });
  if (fromMs !== undefined) {
    where.push(
      `at_ms + 0 >= ${values.add(fromMs)}`,
      `number > coalesce((
        SELECT number FROM audit WHERE at_ms < ${values.add(fromMs - LATE_MS)} ORDER BY at_ms DESC, number DESC LIMIT 1), 0)`,
    );
  }
  if (untilMs !== undefined) where.push(`at_ms + 0 < ${values.add(untilMs)}`);
  // One upper bound alone: SQLite takes the first it finds. A page that goes on is below the time's already.
  where.push(
    untilMs === undefined || after !== undefined
      ? `number < ${values.add(after ?? Number.MAX_SAFE_INTEGER)}`
      : `number <= coalesce((
        SELECT number FROM audit WHERE at_ms >= ${values.add(untilMs + LATE_MS)} ORDER BY at_ms, number LIMIT 1),
        ${Number.MAX_SAFE_INTEGER})`,
  );
  const sql = `
    SELECT * FROM audit WHERE ${where.join(' AND ')}
    ORDER BY number DESC LIMIT ${values.add(limit)}`;
  return { sql, values: values.all };
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
