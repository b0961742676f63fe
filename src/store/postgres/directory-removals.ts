/**
 * What is removed takes its own with it: the messages that still wait for a removed endpoint become dead letters, which
 * stay to be looked at, and its claims are lost; the open legs of a removed organisation are forgotten.
 */
import type { DirectoryChange } from '../../policy/directory-changes.ts';
import type { Statements } from './database.ts';
import { fileFeed, watchedAmong } from './feed.ts';
import { namesOf, type EndpointName } from './endpoint-queue.ts';

type Of<Do extends DirectoryChange['do']> = Extract<DirectoryChange, { do: Do }>;

const REMOVE_SOURCES = 'DELETE FROM source WHERE id = ANY ($1::text[])';
const FORGET_SOURCE_STATES = 'DELETE FROM source_state WHERE source_id = ANY ($1::text[])';

const REMOVE_ORGANISATIONS = 'DELETE FROM organisation WHERE id = ANY ($1::text[])';
const FORGET_LEGS = 'DELETE FROM open_leg WHERE organisation_id = ANY ($1::text[])';

const ENDPOINTS_OF = `
  SELECT organisation_id AS "organisationId", id AS "endpointId" FROM endpoint
  WHERE organisation_id = ANY ($1::text[])`;

const LOCK_LANES = `
  SELECT id FROM lane
  WHERE (organisation_id, endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND due_at_ms IS NOT NULL
  ORDER BY organisation_id, endpoint_id, call_id FOR UPDATE`;

const TO_BURY = `
  SELECT lane.organisation_id AS "organisationId", lane.endpoint_id AS "endpointId", lane.call_id AS "callId",
         message.id AS "messageId", message.seq AS "seqNum"
  FROM lane JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
  WHERE (lane.organisation_id, lane.endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
    AND lane.due_at_ms IS NOT NULL
  ORDER BY message.number`;

const BURY_MESSAGES = `
  UPDATE message SET outcome = 'dead', finished_at_ms = created_at_ms
  FROM lane
  WHERE (lane.organisation_id, lane.endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
    AND lane.due_at_ms IS NOT NULL AND message.lane_id = lane.id AND message.outcome = 'pending'`;

const STOP_LANES = `
  UPDATE lane SET due_at_ms = NULL, claim_token = NULL, claim_until_ms = NULL
  WHERE (organisation_id, endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND due_at_ms IS NOT NULL`;

const LEAVE_QUEUE = `
  DELETE FROM endpoint_queue
  WHERE (organisation_id, endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

const REMOVE_ENDPOINTS = `
  DELETE FROM endpoint WHERE (organisation_id, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

/** An endpoint made later under the same id is another one: it begins with its own counts. */
const FORGET_ENDPOINT_STATES = `
  DELETE FROM endpoint_state
  WHERE (organisation_id, endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

/** The lanes are locked first, so that what is told is what will be done. */
async function tellBuried(
  tx: Statements,
  names: readonly unknown[],
  watched: ReadonlySet<string>,
): Promise<void> {
  void tx.query(LOCK_LANES, names);
  const rows = await tx.query<Buried>(TO_BURY, names);
  const nowMs = Date.now();
  fileFeed(
    tx,
    rows
      .filter(({ organisationId }) => watched.has(organisationId))
      .map((row) => ({ kind: 'finished', atMs: nowMs, ...row, outcome: 'dead' })),
  );
}

interface Buried extends EndpointName {
  messageId: string;
  callId: string;
  seqNum: number;
}

export function removeSources(tx: Statements, removals: readonly Of<'remove-source'>[]): void {
  const ids = removals.map(({ id }) => id);
  void tx.query(REMOVE_SOURCES, [ids]);
  void tx.query(FORGET_SOURCE_STATES, [ids]);
}

export async function removeEndpoints(tx: Statements, endpoints: readonly EndpointName[]): Promise<void> {
  const names = namesOf(endpoints);
  const watched = await watchedAmong(
    tx,
    endpoints.map(({ organisationId }) => organisationId),
  );
  if (watched.size > 0) await tellBuried(tx, names, watched);
  for (const sql of [
    LOCK_LANES,
    BURY_MESSAGES,
    STOP_LANES,
    LEAVE_QUEUE,
    REMOVE_ENDPOINTS,
    FORGET_ENDPOINT_STATES,
  ]) {
    void tx.query(sql, names);
  }
}

export async function removeOrganisations(
  tx: Statements,
  removals: readonly Of<'remove-organisation'>[],
): Promise<void> {
  const ids = removals.map(({ organisationId }) => organisationId);
  await removeEndpoints(tx, await tx.query<EndpointName>(ENDPOINTS_OF, [ids]));
  void tx.query(FORGET_LEGS, [ids]);
  void tx.query(REMOVE_ORGANISATIONS, [ids]);
}
