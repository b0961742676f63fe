/** How sources are, in SQL for both backends. What a new state makes of the one before is told in health.ts. */
import type { HealthStore, SourceHealth } from './health.ts';
import type { SqlPort } from './sql-port.ts';

/** It was connected and is not any more. What is assigned in an update sees the row as it was. */
const BREAKS = `source_state.status = 'connected' AND excluded.status = 'down'`;

/** `$1` id, `$2` status, `$3` since when, `$4` advice. A source that was removed meanwhile leaves nothing. */
const PUT_STATE = `
  INSERT INTO source_state (source_id, status, since_ms, advice, counted_since_ms)
  SELECT id, $2, CAST($3 AS bigint), $4, CAST($3 AS bigint) FROM source WHERE id = $1
  ON CONFLICT (source_id) DO UPDATE
  SET status = excluded.status, advice = excluded.advice,
      since_ms = CASE source_state.status WHEN excluded.status THEN source_state.since_ms ELSE excluded.since_ms END,
      counted_since_ms = coalesce(source_state.counted_since_ms, excluded.since_ms),
      reconnects = source_state.reconnects + CASE WHEN ${BREAKS} THEN 1 ELSE 0 END,
      broke_at_ms = CASE WHEN ${BREAKS} THEN excluded.since_ms ELSE source_state.broke_at_ms END,
      broke_why = CASE WHEN ${BREAKS} THEN excluded.advice ELSE source_state.broke_why END
  WHERE NOT (source_state.status = 'down' AND excluded.status = 'connecting')`;

/** `$1` id, `$2` heard when, `$3` lag. */
const HEARD = `
  UPDATE source_state SET heard_at_ms = $2, lag_ms = $3
  WHERE source_id = $1 AND (heard_at_ms IS NULL OR heard_at_ms <= $2)`;

const SOURCES = `
  SELECT source.id, state.status, state.since_ms, state.advice, state.heard_at_ms, state.lag_ms, state.reconnects,
         state.counted_since_ms, state.broke_at_ms, state.broke_why,
         (SELECT count(*) FROM open_leg WHERE open_leg.source_id = source.id) AS open_legs
  FROM source LEFT JOIN source_state AS state ON state.source_id = source.id
  ORDER BY source.id`;

interface Row {
  id: string;
  status: SourceHealth['status'] | null;
  since_ms: number | null;
  advice: string | null;
  heard_at_ms: number | null;
  lag_ms: number | null;
  reconnects: number | null;
  counted_since_ms: number | null;
  broke_at_ms: number | null;
  broke_why: string | null;
  open_legs: number;
}

export function sqlSourceStates(sql: SqlPort): Pick<HealthStore, 'sources' | 'sourceState' | 'sourcesHeard'> {
  return {
    async sources() {
      return (await sql.rows<Row>(SOURCES)).map(readSource);
    },

    async sourceState(sourceId, { status, sinceMs, advice }) {
      await sql.rows(PUT_STATE, [sourceId, status, sinceMs, advice ?? null]);
    },

    async sourcesHeard(news) {
      await sql.together(
        news.map(({ id, heardAtMs, lagMs }) => ({ sql: HEARD, values: [id, heardAtMs, lagMs ?? null] })),
      );
    },
  };
}

function readSource(row: Row): SourceHealth {
  const { id, status, open_legs: openLegs, reconnects } = row;
  return {
    id,
    status: status ?? 'connecting',
    openLegs,
    reconnects: reconnects ?? 0,
    ...(row.since_ms !== null && { sinceMs: row.since_ms }),
    ...(row.advice !== null && { advice: row.advice }),
    ...(row.heard_at_ms !== null && { heardAtMs: row.heard_at_ms }),
    ...(row.lag_ms !== null && { lagMs: row.lag_ms }),
    ...(row.counted_since_ms !== null && { countedSinceMs: row.counted_since_ms }),
    ...(row.broke_at_ms !== null && { lastBreak: { atMs: row.broke_at_ms, why: row.broke_why ?? '' } }),
  };
}
