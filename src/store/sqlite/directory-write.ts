/**
 * Makes the changes of the directory, all or none. What is removed takes its own with it: the messages that still
 * wait for a removed endpoint become dead letters, which stay to be looked at; the open legs of a removed
 * organisation are forgotten. A removed user's open legs go on to their end, so that no call stays open at a receiver.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { DirectoryChange } from '../../policy/directory-changes.ts';
import type { SourceSettings } from '../../policy/directory.ts';
import type { EndpointWithSecret, Organisation, User } from '../../policy/organisation.ts';
import type { SecretBox } from '../../runtime/secret-box.ts';
import { placeOf } from '../sealed-columns.ts';
import type { Happened } from '../feed-rows.ts';
import { DirectoryMoved, type DirectoryRecord } from '../store.ts';
import { prepareAudit } from './audit.ts';
import { firstEndMs, sealedOf, sealedSecretOf, settingsOf } from '../endpoint-columns.ts';
import type { FeedWriter } from './feed.ts';

/** Statements are prepared once, here; the result does the work of `DirectoryStore.write`. Inside a transaction. */
export function prepareDirectoryWrite(
  db: DatabaseSync,
  secrets: SecretBox,
  feed: FeedWriter,
): (changes: readonly DirectoryChange[], record?: DirectoryRecord) => void {
  const raiseRevision = db.prepare(`
    UPDATE meta SET value = value + 1 WHERE key = 'directory_revision' AND value = coalesce(?, value)`);
  const note = prepareAudit(db);
  const users = prepareUsers(db);
  const removals = prepareRemovals(db, feed);

  const putSource = db.prepare(`
    INSERT INTO source (id, kind, settings, secret) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, settings = excluded.settings, secret = excluded.secret`);
  // Never INSERT OR REPLACE: it deletes the old row first, and with it all that the organisation has.
  const putOrganisation = db.prepare(`
    INSERT INTO organisation (id, name, default_country, privacy, allowed_devices) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, default_country = excluded.default_country, privacy = excluded.privacy,
      allowed_devices = excluded.allowed_devices`);
  const putFunctionNumber = db.prepare(`
    INSERT INTO function_number (organisation_id, number, kind) VALUES (?, ?, ?)
    ON CONFLICT (organisation_id, number) DO UPDATE SET kind = excluded.kind`);
  const putEndpoint = db.prepare(`
    INSERT INTO endpoint (organisation_id, id, url, states, delivery, settings, secret, sealed, secret_ends_at_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (organisation_id, id) DO UPDATE
    SET url = excluded.url, states = excluded.states, delivery = excluded.delivery, settings = excluded.settings,
      secret = excluded.secret, sealed = excluded.sealed, secret_ends_at_ms = excluded.secret_ends_at_ms`);

  const writeSource = ({ id, kind, secret, ...settings }: SourceSettings) =>
    putSource.run(id, kind, JSON.stringify(settings), secrets.seal(secret, placeOf('sourceSecret', id)));
  const writeOrganisation = ({ id, name, defaultCountry, privacy, allowedDevices }: Organisation) =>
    putOrganisation.run(id, name, defaultCountry, JSON.stringify(privacy), JSON.stringify(allowedDevices));
  const writeEndpoint = (organisationId: string, endpoint: EndpointWithSecret) =>
    putEndpoint.run(
      organisationId,
      endpoint.id,
      endpoint.url,
      JSON.stringify(endpoint.states),
      JSON.stringify(endpoint.delivery),
      JSON.stringify(settingsOf(endpoint)),
      sealedSecretOf(organisationId, endpoint, secrets),
      sealedOf(organisationId, endpoint, secrets),
      firstEndMs(endpoint),
    );

  const make = (change: DirectoryChange): unknown => {
    switch (change.do) {
      case 'put-source':
        return writeSource(change.source);
      case 'put-organisation':
        return writeOrganisation(change.organisation);
      case 'put-user':
        return users.put(change.organisationId, change.user);
      case 'put-function-number':
        return putFunctionNumber.run(
          change.organisationId,
          change.functionNumber.number,
          change.functionNumber.kind,
        );
      case 'put-endpoint':
        return writeEndpoint(change.organisationId, change.endpoint);
      case 'remove-source':
        return removals.source(change.id);
      case 'remove-organisation':
        return removals.organisation(change.organisationId);
      case 'remove-user':
        return users.remove(change.organisationId, change.userId);
      case 'remove-function-number':
        return removals.functionNumber(change.organisationId, change.number);
      case 'remove-endpoint':
        return removals.endpoint(change.organisationId, change.endpointId);
    }
  };

  return (changes, { audit, revision } = { audit: [] }) => {
    if (raiseRevision.run(revision ?? null).changes === 0) throw new DirectoryMoved();
    for (const change of changes) make(change);
    for (const one of audit) note(one);
  };
}

function prepareUsers(db: DatabaseSync) {
  const putUser = db.prepare(`
    INSERT INTO user (organisation_id, user_id, email, numbers, extensions) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (organisation_id, user_id) DO UPDATE
    SET email = excluded.email, numbers = excluded.numbers, extensions = excluded.extensions`);
  const forgetNumbers = db.prepare('DELETE FROM user_number WHERE organisation_id = ? AND user_id = ?');
  const forgetDevices = db.prepare('DELETE FROM device WHERE organisation_id = ? AND user_id = ?');
  const insertNumber = db.prepare(`
    INSERT INTO user_number (organisation_id, number, user_id) VALUES (?, ?, ?)`);
  const insertDevice = db.prepare(`
    INSERT INTO device (source_id, address, organisation_id, user_id, type, position) VALUES (?, ?, ?, ?, ?, ?)`);
  const removeUser = db.prepare('DELETE FROM user WHERE organisation_id = ? AND user_id = ?');

  return {
    put(organisationId: string, { userId, email, numbers, extensions, devices }: User): void {
      putUser.run(organisationId, userId, email ?? null, JSON.stringify(numbers), JSON.stringify(extensions));
      forgetNumbers.run(organisationId, userId);
      forgetDevices.run(organisationId, userId);
      for (const number of new Set([...numbers, ...extensions])) {
        insertNumber.run(organisationId, number, userId);
      }
      for (const [position, { source, address, type }] of devices.entries()) {
        insertDevice.run(source, address, organisationId, userId, type ?? null, position);
      }
    },
    remove: (organisationId: string, userId: string) => removeUser.run(organisationId, userId),
  };
}

function prepareRemovals(db: DatabaseSync, feed: FeedWriter) {
  const removeSource = db.prepare('DELETE FROM source WHERE id = ?');
  const forgetSourceState = db.prepare('DELETE FROM source_state WHERE source_id = ?');
  const removeOrganisation = db.prepare('DELETE FROM organisation WHERE id = ?');
  const forgetLegs = db.prepare('DELETE FROM open_leg WHERE organisation_id = ?');
  const selectEndpointIds = db.prepare('SELECT id FROM endpoint WHERE organisation_id = ?');
  const removeFunctionNumber = db.prepare(`
    DELETE FROM function_number WHERE organisation_id = ? AND number = ?`);
  const removeEndpoint = db.prepare('DELETE FROM endpoint WHERE organisation_id = ? AND id = ?');
  // An endpoint made later under the same id is another one: it begins with its own counts.
  const forgetEndpointState = db.prepare(`
    DELETE FROM endpoint_state WHERE organisation_id = ? AND endpoint_id = ?`);
  const buryMessages = db.prepare(`
    UPDATE message SET outcome = 'dead', finished_at_ms = created_at_ms
    WHERE outcome = 'pending' AND lane_id IN (
      SELECT id FROM lane WHERE organisation_id = ? AND endpoint_id = ? AND due_at_ms IS NOT NULL)`);
  const selectPending = db.prepare(`
    SELECT message.id, message.seq, lane.call_id FROM lane JOIN message ON message.lane_id = lane.id
    WHERE lane.organisation_id = ? AND lane.endpoint_id = ? AND lane.due_at_ms IS NOT NULL
      AND message.outcome = 'pending' ORDER BY message.rowid`);
  const stopLanes = db.prepare(`
    UPDATE lane SET due_at_ms = NULL
    WHERE organisation_id = ? AND endpoint_id = ? AND due_at_ms IS NOT NULL`);

  const tellBuried = (organisationId: string, endpointId: string) => {
    if (!feed.watched().has(organisationId)) return;
    const rows = selectPending.all(organisationId, endpointId) as {
      id: string;
      seq: number;
      call_id: string;
    }[];
    const of = { organisationId, endpointId, atMs: Date.now() };
    feed.file(
      rows.map(({ id: messageId, seq: seqNum, call_id: callId }): Happened => {
        return { kind: 'finished', ...of, messageId, seqNum, callId, outcome: 'dead' };
      }),
    );
  };
  const endpoint = (organisationId: string, endpointId: string) => {
    tellBuried(organisationId, endpointId);
    removeEndpoint.run(organisationId, endpointId);
    forgetEndpointState.run(organisationId, endpointId);
    buryMessages.run(organisationId, endpointId);
    stopLanes.run(organisationId, endpointId);
  };
  return {
    endpoint,
    organisation(organisationId: string): void {
      for (const { id } of selectEndpointIds.all(organisationId) as { id: string }[])
        endpoint(organisationId, id);
      forgetLegs.run(organisationId);
      removeOrganisation.run(organisationId);
    },
    source(id: string): void {
      removeSource.run(id);
      forgetSourceState.run(id);
    },
    functionNumber: (organisationId: string, number: string) =>
      removeFunctionNumber.run(organisationId, number),
  };
}
