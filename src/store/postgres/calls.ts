/**
 * Open legs, and the one transaction that moves legs and files their messages, in two round trips:
 *
 *  1. the leases are checked, and lanes made and locked; which messages are there already?
 *  2. legs and numbered messages are written.
 */
import { encodeBody } from '../../call/outward-event.ts';
import type { TrailStep } from '../../policy/timeline.ts';
import { LeaseLost, type Lease } from '../leases.ts';
import { type CallStore, type CommittedMessage, type DraftMessage, type LegChange } from '../store.ts';
import { happenedAt } from '../feed-rows.ts';
import { columnsOf, type Database, type Statements } from './database.ts';
import { makeDue, namesOf, type EndpointName } from './endpoint-queue.ts';
import { fileFeed } from './feed.ts';
import { keepLegs, legOf, lockLegs, OPEN_LEGS, rememberEnds, type LegRow } from './legs.ts';
import { keepTrail } from './trail.ts';
import type { Waker } from './wake.ts';

const HOLD_LEASES = `
  SELECT name, term, node FROM lease WHERE name = ANY ($1::text[]) ORDER BY name FOR SHARE`;

const MAKE_LANES = `
  INSERT INTO lane (organisation_id, endpoint_id, call_id)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS given (organisation_id, endpoint_id, call_id)
  ORDER BY organisation_id COLLATE "C", endpoint_id COLLATE "C", call_id COLLATE "C"
  ON CONFLICT (organisation_id, endpoint_id, call_id) DO NOTHING`;

const LOCK_LANES = `
  SELECT lane.id, lane.organisation_id, lane.endpoint_id, lane.call_id, lane.last_seq, lane.due_at_ms
  FROM lane
  JOIN unnest($1::text[], $2::text[], $3::text[]) AS given (organisation_id, endpoint_id, call_id)
    USING (organisation_id, endpoint_id, call_id)
  ORDER BY lane.organisation_id, lane.endpoint_id, lane.call_id FOR UPDATE OF lane`;

/**
 * Read after the lanes are locked, so that a commit whose answer got lost has ended, one way or the other. And which of the
 * organisations somebody listens to.
 */
const FIND_MESSAGES = `
  SELECT ARRAY(SELECT id FROM message WHERE id = ANY ($1::text[])) AS ids,
         ARRAY(SELECT organisation_id FROM feed_watch WHERE organisation_id = ANY ($2::text[])) AS watched`;

const INSERT_MESSAGES = `
  INSERT INTO message (id, lane_id, organisation_id, seq, body, created_at_ms, expires_at_ms)
  SELECT id, lane_id, organisation_id, seq, body, $7, expires_at_ms
  FROM unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::bigint[])
    AS made (id, lane_id, organisation_id, seq, body, expires_at_ms)`;

/** A lane whose head waits for a retry stays due when its head is. */
const MOVE_LANES = `
  UPDATE lane SET last_seq = moved.last_seq, due_at_ms = coalesce(lane.due_at_ms, $3), rank = 0
  FROM unnest($1::bigint[], $2::integer[]) AS moved (id, last_seq)
  WHERE lane.id = moved.id`;

interface LaneRow {
  id: number;
  organisation_id: string;
  endpoint_id: string;
  call_id: string;
  last_seq: number;
  due_at_ms: number | null;
}

interface StoredMessage extends CommittedMessage {
  organisationId: string;
  laneId: number;
  expiresAtMs: number;
}

export function createCallStore(db: Database, waker: Waker, node: string): CallStore {
  return {
    async sourcesWithLegs() {
      const rows = await db.query<{ source_id: string }>('SELECT DISTINCT source_id FROM open_leg');
      return rows.map((row) => row.source_id);
    },

    async openLegs(sourceId) {
      return (await db.query<LegRow>(OPEN_LEGS, [sourceId])).map(legOf);
    },

    commit: (changes, nowMs, held = []) =>
      db.transaction(async (tx) => {
        const [lost, numbered] = await Promise.all([lostOf(tx, held, node), number(tx, changes, nowMs)]);
        if (lost.length > 0) throw new LeaseLost(lost);
        return write(tx, changes, numbered, nowMs, waker);
      }),

    commitShared: (asked, decide, nowMs) =>
      db.transaction(async (tx) => {
        const changes = decide(await lockLegs(tx, asked));
        if (changes.length === 0) return [];
        const numbered = await number(tx, changes, nowMs);
        rememberEnds(tx, changes, nowMs);
        return write(tx, changes, numbered, nowMs, waker);
      }),
  };
}

/** The second round trip: legs and messages, under the locks that `number` took. A third where somebody listens. */
async function write(
  tx: Statements,
  changes: readonly LegChange[],
  { lanes, messages, watched }: Numbered,
  nowMs: number,
  waker: Waker,
): Promise<CommittedMessage[]> {
  keepLegs(tx, changes);
  const newInTrail = keepTrail(tx, changes, nowMs);
  file(tx, messages, nowMs);
  makeDue(tx, endpointsOfIdle(lanes, messages), nowMs);
  if (watched.size > 0) tellFeed(tx, changes, messages, { watched, newInTrail: await newInTrail() }, nowMs);
  if (messages.length > 0) waker.tell(tx);
  return messages.map(({ messageId, endpointId, seqNum, body }) => ({ messageId, endpointId, seqNum, body }));
}

/** The steps that were not there before, and their messages. */
function tellFeed(
  tx: Statements,
  changes: readonly LegChange[],
  messages: readonly StoredMessage[],
  { watched, newInTrail }: { watched: ReadonlySet<string>; newInTrail: ReadonlySet<TrailStep> },
  nowMs: number,
): void {
  const stored = new Map(messages.map((message) => [message.messageId, message]));
  const happened = changes
    .filter(({ leg }) => watched.has(leg.organisationId))
    .flatMap((change) => {
      const ofChange = change.messages.flatMap(({ messageId }) => {
        const message = stored.get(messageId);
        stored.delete(messageId);
        return message ?? [];
      });
      const isTrailNew = change.trail !== undefined && newInTrail.has(change.trail);
      return happenedAt(change, ofChange, isTrailNew, nowMs);
    });
  fileFeed(tx, happened);
}

/** @returns the names of those that are somebody else's now; the others stay ours until the commit */
async function lostOf(tx: Statements, held: readonly Lease[], node: string): Promise<string[]> {
  if (held.length === 0) return [];
  const names = held.map(({ name }) => name);
  const rows = await tx.query<Lease & { node: string }>(HOLD_LEASES, [names]);
  const isHeld = (lease: Lease) =>
    rows.some((row) => row.name === lease.name && row.term === lease.term && row.node === node);
  return held.filter((lease) => !isHeld(lease)).map(({ name }) => name);
}

/** The lanes of these messages, by their name, made where they are not there yet. */
async function lockLanes(
  tx: Statements,
  drafts: readonly DraftMessage[],
): Promise<ReadonlyMap<string, LaneRow>> {
  const distinct = [...new Map(drafts.map((draft) => [laneName(draft), draft])).values()];
  if (distinct.length === 0) return new Map();
  const names = [...namesOf(distinct), distinct.map(({ event }) => event.call_id)];
  void tx.query(MAKE_LANES, names);
  const rows = await tx.query<LaneRow>(LOCK_LANES, names);
  return new Map(rows.map((row) => [[row.organisation_id, row.endpoint_id, row.call_id].join('/'), row]));
}

/** @returns those of the messages that are there already, and the organisations that somebody listens to */
async function findMessages(
  tx: Statements,
  changes: readonly LegChange[],
  drafts: readonly DraftMessage[],
): Promise<{ there: Set<string>; watched: ReadonlySet<string> }> {
  const organisationIds = new Set(changes.map(({ leg }) => leg.organisationId));
  const asked = [drafts.map(({ messageId }) => messageId), [...organisationIds]];
  const [row] = await tx.query<{ ids: string[]; watched: string[] }>(FIND_MESSAGES, asked);
  return { there: new Set(row?.ids), watched: new Set(row?.watched) };
}

interface Numbered {
  lanes: ReadonlyMap<string, LaneRow>;
  messages: readonly StoredMessage[];
  /** Organisations that somebody listens to. */
  watched: ReadonlySet<string>;
}

/** Locks the lanes and gives the messages that are not there yet their numbers, in the given order. */
async function number(tx: Statements, changes: readonly LegChange[], nowMs: number): Promise<Numbered> {
  const drafts = changes.flatMap((change) => change.messages);
  const [lanes, { there, watched }] = await Promise.all([
    lockLanes(tx, drafts),
    findMessages(tx, changes, drafts),
  ]);
  const last = new Map([...lanes].map(([name, lane]) => [name, lane.last_seq]));
  const messages = drafts.flatMap((draft) => {
    const { messageId, organisationId, endpointId, event, expireAfterMs } = draft;
    if (there.has(messageId)) return [];
    there.add(messageId);
    const name = laneName(draft);
    const seqNum = (last.get(name) ?? 0) + 1;
    last.set(name, seqNum);
    const body = encodeBody(seqNum, event);
    const laneId = lanes.get(name)!.id;
    const expiresAtMs = Math.round(nowMs + expireAfterMs);
    return [{ messageId, organisationId, endpointId, seqNum, body, laneId, expiresAtMs }];
  });
  return { lanes, messages, watched };
}

function file(tx: Statements, stored: readonly StoredMessage[], nowMs: number): void {
  if (stored.length === 0) return;
  const messages = columnsOf(
    stored,
    ({ messageId }) => messageId,
    ({ laneId }) => laneId,
    ({ organisationId }) => organisationId,
    ({ seqNum }) => seqNum,
    ({ body }) => body,
    ({ expiresAtMs }) => expiresAtMs,
  );
  void tx.query(INSERT_MESSAGES, [...messages, nowMs]);
  const last = new Map(stored.map(({ laneId, seqNum }) => [laneId, seqNum]));
  void tx.query(MOVE_LANES, [[...last.keys()], [...last.values()], nowMs]);
}

/** Lanes that had nothing pending: their endpoints do not know yet that they are due. */
function endpointsOfIdle(
  lanes: ReadonlyMap<string, LaneRow>,
  stored: readonly StoredMessage[],
): EndpointName[] {
  const filled = new Set(stored.map(({ laneId }) => laneId));
  return [...lanes.values()]
    .filter(({ id, due_at_ms }) => due_at_ms === null && filled.has(id))
    .map((lane) => ({ organisationId: lane.organisation_id, endpointId: lane.endpoint_id }));
}

function laneName({ organisationId, endpointId, event }: DraftMessage): string {
  return [organisationId, endpointId, event.call_id].join('/');
}
