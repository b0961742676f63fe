/** How often something was tried, and what requests were answered, in SQL, the same on every backend. */
import type { Permit, Rate } from '../policy/rate.ts';
import { permit } from '../policy/rate.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import type { AccountStore } from './accounts.ts';
import { placeOf } from './sealed-columns.ts';
import type { SqlPort } from './sql-port.ts';

/** Only if nobody else was faster: then it is read again. */
const MOVE_TRY = `
  INSERT INTO try (name, tat_ms) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET tat_ms = excluded.tat_ms WHERE try.tat_ms = $3 RETURNING name`;
const MOST_RACES = 20;

const BEGIN_REQUEST = `
  INSERT INTO request (actor_id, key, request_hash, at_ms) VALUES ($1, $2, $3, $4)
  ON CONFLICT (actor_id, key) DO UPDATE SET request_hash = excluded.request_hash, at_ms = excluded.at_ms
  WHERE request.status IS NULL AND request.at_ms < $5 RETURNING key`;
const SELECT_REQUEST = 'SELECT * FROM request WHERE actor_id = $1 AND key = $2';
const ANSWER_REQUEST = 'UPDATE request SET status = $3, answer = $4 WHERE actor_id = $1 AND key = $2';
const FORGET_REQUEST = 'DELETE FROM request WHERE actor_id = $1 AND key = $2 AND status IS NULL';

const FORGET_SESSIONS = 'DELETE FROM session WHERE expires_at_ms <= $1 OR seen_at_ms <= $2 RETURNING id';
const FORGET_LINKS = 'DELETE FROM link WHERE expires_at_ms <= $1 RETURNING id';
const FORGET_KEYS = 'DELETE FROM api_key WHERE expires_at_ms <= $1 RETURNING id';
const FORGET_TRIES = 'DELETE FROM try WHERE tat_ms <= $1 RETURNING name';
const FORGET_ANSWERS = 'DELETE FROM request WHERE at_ms <= $1 RETURNING key';

interface RequestRow {
  request_hash: string;
  status: number | null;
  answer: Uint8Array | null;
}

type Requests = Pick<
  AccountStore,
  'tryOnce' | 'forgive' | 'recall' | 'remember' | 'forgetRequest' | 'forgetExpired'
>;

/** @param secrets an answer may hold a secret that is shown once: it is kept sealed */
export function sqlRequests(sql: SqlPort, secrets: SecretBox): Requests {
  const recallOnce: AccountStore['recall'] = async (actorId, key, requestHash, nowMs, abandonedBeforeMs) => {
    const begun = await sql.rows(BEGIN_REQUEST, [actorId, key, requestHash, nowMs, abandonedBeforeMs]);
    if (begun.length > 0) return { state: 'new' };
    const [row] = await sql.rows<RequestRow>(SELECT_REQUEST, [actorId, key]);
    if (row === undefined || row.request_hash === requestHash) {
      if (row?.status === undefined || row.status === null || row.answer === null)
        return { state: 'under-way' };
      return {
        state: 'answered',
        status: row.status,
        answer: secrets.open(row.answer, placeOf('requestAnswer', actorId, key)),
      };
    }
    return { state: 'other' };
  };
  return {
    async tryOnce(name: string, nowMs: number, rate: Rate): Promise<Permit> {
      for (let race = 0; ; race += 1) {
        const [row] = await sql.rows<{ tat_ms: number }>('SELECT tat_ms FROM try WHERE name = $1', [name]);
        const given = permit(row?.tat_ms ?? 0, nowMs, rate);
        if (!given.allowed || race === MOST_RACES) return { ...given, allowed: false };
        const moved = await sql.rows(MOVE_TRY, [name, Math.round(given.tatMs), row?.tat_ms ?? 0]);
        if (moved.length > 0) return given;
      }
    },

    async forgive(name) {
      await sql.rows('DELETE FROM try WHERE name = $1', [name]);
    },

    recall: recallOnce,

    async remember(actorId, key, status, answer) {
      const sealed = secrets.seal(answer, placeOf('requestAnswer', actorId, key));
      await sql.rows(ANSWER_REQUEST, [actorId, key, status, sealed]);
    },

    async forgetRequest(actorId, key) {
      await sql.rows(FORGET_REQUEST, [actorId, key]);
    },

    async forgetExpired(nowMs, { idleMs, answersMs }) {
      const forgotten = await sql.together([
        { sql: FORGET_SESSIONS, values: [nowMs, nowMs - idleMs] },
        { sql: FORGET_LINKS, values: [nowMs] },
        { sql: FORGET_KEYS, values: [nowMs] },
        { sql: FORGET_TRIES, values: [nowMs] },
        { sql: FORGET_ANSWERS, values: [nowMs - answersMs] },
      ]);
      return (forgotten ?? []).flat().length;
    },
  };
}
