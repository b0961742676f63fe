/** Open legs are kept while they are open: a batch may move one leg several times, only its last state is written. */
import type { LegChange, OpenLeg } from '../store.ts';
import { columnsOf, type Statements } from './database.ts';

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
