/** Open legs, and the one transaction that moves legs and files their messages. */
import type { DatabaseSync } from 'node:sqlite';
import { encodeBody } from '../../call/outward-event.ts';
import { LeaseLost } from '../leases.ts';
import {
  type CallStore,
  type CommittedMessage,
  type DraftMessage,
  type LegChange,
  type LegsAsked,
  type LegsFound,
  type OpenLeg,
} from '../store.ts';
import { legHash } from '../leg-hash.ts';
import { inTransaction } from './database.ts';
import { happenedAt, type Happened } from '../feed-rows.ts';
import type { EndpointBook } from './endpoint-book.ts';
import type { FeedWriter } from './feed.ts';
import { prepareTrail } from './trail.ts';

/** The columns of `open_leg` that are not in its JSON. */
interface LegRow {
  source_id: string;
  leg: string;
  organisation_id: string;
  call_id: string;
  branch_id: string;
  remembered: string;
}

type Remembered = Omit<OpenLeg, 'sourceId' | 'leg' | 'organisationId' | 'callId' | 'branchId'>;

export function createCallStore(
  db: DatabaseSync,
  book: EndpointBook,
  node: string,
  feed: FeedWriter,
): CallStore {
  const selectSources = db.prepare('SELECT DISTINCT source_id FROM open_leg');
  const selectLegs = db.prepare('SELECT * FROM open_leg WHERE source_id = ?');
  const putLeg = db.prepare(`
    INSERT INTO open_leg (source_id, leg, organisation_id, call_id, branch_id, remembered)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (source_id, leg) DO UPDATE SET remembered = excluded.remembered`);
  const deleteLeg = db.prepare('DELETE FROM open_leg WHERE source_id = ? AND leg = ?');
  const hasMessage = db.prepare('SELECT 1 FROM message WHERE id = ?');
  // A lane whose head waits for a retry stays due when its head is.
  const nextInLane = db.prepare(`
    INSERT INTO lane (organisation_id, endpoint_id, call_id, last_seq, due_at_ms) VALUES (?, ?, ?, 1, ?)
    ON CONFLICT (organisation_id, endpoint_id, call_id)
    DO UPDATE SET last_seq = last_seq + 1, due_at_ms = coalesce(due_at_ms, excluded.due_at_ms), rank = 0
    RETURNING id, last_seq`);
  const insertMessage = db.prepare(`
    INSERT INTO message (id, lane_id, organisation_id, seq, body, created_at_ms, expires_at_ms, outcome, attempts)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0)`);
  const keepTrail = prepareTrail(db);
  const selectSource = db.prepare('SELECT 1 FROM source WHERE id = ?');
  const selectLeg = db.prepare('SELECT * FROM open_leg WHERE source_id = ? AND leg = ?');
  const hasEnded = db.prepare('SELECT 1 FROM ended_leg WHERE source_id = ? AND leg_hash = ?');
  const rememberEnd = db.prepare(`
    INSERT INTO ended_leg (source_id, leg_hash, ended_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`);
  const selectTerm = db.prepare('SELECT term FROM lease WHERE name = ? AND node = ?');

  const keepLeg = (leg: OpenLeg) => {
    if (leg.progress.state === 'TERMINATED') {
      deleteLeg.run(leg.sourceId, leg.leg);
      return;
    }
    const { sourceId, leg: name, organisationId, callId, branchId, ...remembered } = leg;
    putLeg.run(sourceId, name, organisationId, callId, branchId, JSON.stringify(remembered));
  };

  const fileMessage = (draft: DraftMessage, nowMs: number): CommittedMessage | undefined => {
    const { messageId, organisationId, endpointId, event, expireAfterMs } = draft;
    if (hasMessage.get(messageId) !== undefined) return undefined;
    const lane = nextInLane.get(organisationId, endpointId, event.call_id, nowMs) as {
      id: number;
      last_seq: number;
    };
    const body = encodeBody(lane.last_seq, event);
    insertMessage.run(
      messageId,
      lane.id,
      organisationId,
      lane.last_seq,
      body,
      nowMs,
      Math.round(nowMs + expireAfterMs),
    );
    return { messageId, endpointId, seqNum: lane.last_seq, body };
  };

  const legsOf = (sourceId: string): OpenLeg[] =>
    (selectLegs.all(sourceId) as unknown as LegRow[]).map(legOf);

  const find = ({ sourceId, legs, allOpen }: LegsAsked): LegsFound => {
    const open = new Map((allOpen ? legsOf(sourceId) : []).map((leg) => [leg.leg, leg]));
    const ended = new Set<string>();
    for (const leg of legs) {
      if (open.has(leg)) continue;
      const row = selectLeg.get(sourceId, leg) as LegRow | undefined;
      if (row !== undefined) open.set(leg, legOf(row));
      else if (hasEnded.get(sourceId, legHash(leg)) !== undefined) ended.add(leg);
    }
    return { open, ended };
  };

  const store = (changes: readonly LegChange[], nowMs: number): CommittedMessage[] => {
    const stored: CommittedMessage[] = [];
    const watched = feed.watched();
    const happened: Happened[] = [];
    for (const change of changes) {
      const { leg, messages, trail } = change;
      keepLeg(leg);
      const isTrailNew = trail !== undefined && keepTrail(leg.organisationId, trail, nowMs);
      const before = stored.length;
      for (const draft of messages) {
        const message = fileMessage(draft, nowMs);
        if (message !== undefined) stored.push(message);
      }
      if (watched.has(leg.organisationId)) {
        happened.push(...happenedAt(change, stored.slice(before), isTrailNew, nowMs));
      }
    }
    feed.file(happened);
    return stored;
  };

  const tellBook = (changes: readonly LegChange[], nowMs: number): void => {
    for (const { leg, messages } of changes) {
      for (const { endpointId } of messages) {
        const entry = book.get(leg.organisationId, endpointId);
        if (entry !== undefined) book.isDue(entry, nowMs);
      }
    }
  };

  return {
    async sourcesWithLegs() {
      return (selectSources.all() as { source_id: string }[]).map((row) => row.source_id);
    },

    async openLegs(sourceId) {
      return legsOf(sourceId);
    },

    async commit(changes, nowMs, held = []) {
      const committed = inTransaction(db, () => {
        const lost = held.filter(({ name, term }) => {
          return (selectTerm.get(name, node) as { term: number } | undefined)?.term !== term;
        });
        if (lost.length > 0) throw new LeaseLost(lost.map(({ name }) => name));
        return store(changes, nowMs);
      });
      if (committed.length > 0) tellBook(changes, nowMs);
      return committed;
    },

    async commitShared(asked, decide, nowMs) {
      let changes: readonly LegChange[] = [];
      const committed = inTransaction(db, () => {
        const there = asked.filter(({ sourceId }) => selectSource.get(sourceId) !== undefined);
        changes = decide(new Map(there.map((legs) => [legs.sourceId, find(legs)])));
        for (const { leg } of changes) {
          if (leg.progress.state === 'TERMINATED') rememberEnd.run(leg.sourceId, legHash(leg.leg), nowMs);
        }
        return store(changes, nowMs);
      });
      if (committed.length > 0) tellBook(changes, nowMs);
      return committed;
    },
  };
}

function legOf(row: LegRow): OpenLeg {
  return {
    sourceId: row.source_id,
    leg: row.leg,
    organisationId: row.organisation_id,
    callId: row.call_id,
    branchId: row.branch_id,
    ...(JSON.parse(row.remembered) as Remembered),
  };
}
