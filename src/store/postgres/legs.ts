/** Open legs are kept while they are open: a batch may move one leg several times, only its last state is written. */
import { legHash } from '../leg-hash.ts';
import type { LegChange, LegsAsked, LegsFound, OpenLeg } from '../store.ts';
import { columnsOf, type Statements } from './database.ts';

export const OPEN_LEGS = 'SELECT * FROM open_leg WHERE source_id = $1';

/** Nodes that receive events of one source take turns, from reading its legs to the commit; so does who removes it. */
const LOCK_SOURCES = `
  SELECT id FROM source WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE`;

const FIND_LEGS = 'SELECT * FROM open_leg WHERE source_id = $1 AND leg = ANY ($2::text[])';

const FIND_ENDED = 'SELECT leg_hash FROM ended_leg WHERE source_id = $1 AND leg_hash = ANY ($2::bytea[])';

const REMEMBER_ENDS = `
  INSERT INTO ended_leg (source_id, leg_hash, ended_at_ms)
  SELECT source_id, leg_hash, $3 FROM unnest($1::text[], $2::bytea[]) AS ended (source_id, leg_hash)
  ON CONFLICT DO NOTHING`;

const FORGET_LEGS = `
  DELETE FROM open_leg USING unnest($1::text[], $2::text[]) AS ended (source_id, leg)
  WHERE open_leg.source_id = ended.source_id AND open_leg.leg = ended.leg`;

/** A leg's call never changes after its first commit. */
const PUT_LEGS = `
  INSERT INTO open_leg (source_id, leg, organisation_id, call_id, branch_id, remembered)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[])
    AS moved (source_id, leg, organisation_id, call_id, branch_id, remembered)
  ORDER BY source_id COLLATE "C", leg COLLATE "C"
  ON CONFLICT (source_id, leg) DO UPDATE SET remembered = excluded.remembered`;

export interface LegRow {
  source_id: string;
  leg: string;
  organisation_id: string;
  call_id: string;
  branch_id: string;
  remembered: Omit<OpenLeg, 'sourceId' | 'leg' | 'organisationId' | 'callId' | 'branchId'>;
}

/** What a batch makes of one leg. */
interface LegFate {
  /** The leg as it was before is forgotten. */
  ended?: OpenLeg;
  /** As it began in this batch, and as it is now. */
  open?: { first: OpenLeg; last: OpenLeg };
}

export function keepLegs(tx: Statements, changes: readonly LegChange[]): void {
  const fates = new Map<string, LegFate>();
  for (const { leg } of changes) {
    const key = JSON.stringify([leg.sourceId, leg.leg]);
    const fate = fates.get(key) ?? {};
    fates.set(
      key,
      leg.progress.state === 'TERMINATED'
        ? { ended: leg }
        : { ...fate, open: { first: fate.open?.first ?? leg, last: leg } },
    );
  }
  const ended = [...fates.values()].flatMap((fate) => fate.ended ?? []);
  if (ended.length > 0) void tx.query(FORGET_LEGS, columnsOf(ended, sourceOf, nameOf));
  const open = [...fates.values()].flatMap((fate) => fate.open ?? []);
  if (open.length === 0) return;
  const columns = columnsOf(
    open,
    ({ first }) => sourceOf(first),
    ({ first }) => nameOf(first),
    ({ first }) => first.organisationId,
    ({ first }) => first.callId,
    ({ first }) => first.branchId,
    ({ last }) => remember(last),
  );
  void tx.query(PUT_LEGS, columns);
}

/** Locks the sources, those that are still there, and reads the legs behind the lock. */
export async function lockLegs(
  tx: Statements,
  asked: readonly LegsAsked[],
): Promise<ReadonlyMap<string, LegsFound>> {
  const [locked, ...found] = await Promise.all([
    tx.query<{ id: string }>(LOCK_SOURCES, [asked.map(({ sourceId }) => sourceId)]),
    // Sent behind the lock, and so read after it was got.
    ...asked.map(async (one) => [one.sourceId, await find(tx, one)] as const),
  ]);
  const there = new Set(locked.map(({ id }) => id));
  return new Map(found.filter(([sourceId]) => there.has(sourceId)));
}

async function find(tx: Statements, { sourceId, legs, allOpen }: LegsAsked): Promise<LegsFound> {
  const byHash = new Map([...legs].map((leg) => [legHash(leg).toString('hex'), leg]));
  const [rows, endedRows] = await Promise.all([
    allOpen ? tx.query<LegRow>(OPEN_LEGS, [sourceId]) : tx.query<LegRow>(FIND_LEGS, [sourceId, [...legs]]),
    tx.query<{ leg_hash: Buffer }>(FIND_ENDED, [sourceId, [...legs].map(legHash)]),
  ]);
  return {
    open: new Map(rows.map((row) => [row.leg, legOf(row)])),
    ended: new Set(endedRows.flatMap((row) => byHash.get(row.leg_hash.toString('hex')) ?? [])),
  };
}

export function rememberEnds(tx: Statements, changes: readonly LegChange[], nowMs: number): void {
  const ended = changes.filter(({ leg }) => leg.progress.state === 'TERMINATED').map(({ leg }) => leg);
  if (ended.length === 0) return;
  const columns = columnsOf(ended, sourceOf, ({ leg }) => legHash(leg));
  void tx.query(REMEMBER_ENDS, [...columns, nowMs]);
}

export function legOf(row: LegRow): OpenLeg {
  return {
    sourceId: row.source_id,
    leg: row.leg,
    organisationId: row.organisation_id,
    callId: row.call_id,
    branchId: row.branch_id,
    ...row.remembered,
  };
}

function sourceOf({ sourceId }: OpenLeg): string {
  return sourceId;
}

function nameOf({ leg }: OpenLeg): string {
  return leg;
}

function remember(leg: OpenLeg): string {
  const { sourceId: _, leg: __, organisationId: ___, callId: ____, branchId: _____, ...remembered } = leg;
  return JSON.stringify(remembered);
}
