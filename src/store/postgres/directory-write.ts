/**
 * Makes the changes of the directory, all or none, in runs of one kind, so that 50,000 users take seconds. What is removed
 * takes its own with it: see the removals below. A removed user's open legs go on to their end, so that no call stays open
 * at a receiver.
 */
import type { DirectoryChange } from '../../policy/directory-changes.ts';
import type { SecretBox } from '../../runtime/secret-box.ts';
import { placeOf } from '../sealed-columns.ts';
import { auditValues, INSERT_AUDIT } from '../sql-audit.ts';
import { DirectoryMoved, type DirectoryRecord } from '../store.ts';
import { firstEndMs, sealedOf, sealedSecretOf, settingsOf } from '../endpoint-columns.ts';
import { columnsOf, type Statements } from './database.ts';
import { removeEndpoints, removeOrganisations, removeSources } from './directory-removals.ts';
import { putUsers, removeUsers } from './directory-users.ts';

/** Writers of the directory take turns: whoever raises it first holds it until its commit. */
const RAISE_REVISION = `
  UPDATE meta SET value = value + 1
  WHERE key = 'directory_revision' AND value = coalesce($1::bigint, value) RETURNING value`;

const PUT_SOURCES = `
  INSERT INTO source (id, kind, settings, secret)
  SELECT * FROM unnest($1::text[], $2::text[], $3::json[], $4::bytea[])
  ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, settings = excluded.settings, secret = excluded.secret`;

const PUT_ORGANISATIONS = `
  INSERT INTO organisation (id, name, default_country, privacy, allowed_devices)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::json[], $5::json[])
  ON CONFLICT (id) DO UPDATE
  SET name = excluded.name, default_country = excluded.default_country, privacy = excluded.privacy,
    allowed_devices = excluded.allowed_devices`;

const PUT_FUNCTION_NUMBERS = `
  INSERT INTO function_number (organisation_id, number, kind)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
  ON CONFLICT (organisation_id, number) DO UPDATE SET kind = excluded.kind`;

const REMOVE_FUNCTION_NUMBERS = `
  DELETE FROM function_number
  WHERE (organisation_id, number) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

const PUT_ENDPOINTS = `
  INSERT INTO endpoint (organisation_id, id, url, states, delivery, settings, secret, sealed, secret_ends_at_ms)
  SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::json[], $5::json[], $6::json[], $7::bytea[], $8::bytea[], $9::bigint[])
  ON CONFLICT (organisation_id, id) DO UPDATE
  SET url = excluded.url, states = excluded.states, delivery = excluded.delivery, settings = excluded.settings,
    secret = excluded.secret, sealed = excluded.sealed, secret_ends_at_ms = excluded.secret_ends_at_ms`;

/** Its limits may be others now: worth a look at once. */
const QUEUE_ENDPOINTS = `
  INSERT INTO endpoint_queue (organisation_id, endpoint_id, due_at_ms)
  SELECT organisation_id, endpoint_id, 0 FROM unnest($1::text[], $2::text[]) AS put (organisation_id, endpoint_id)
  ORDER BY organisation_id COLLATE "C", endpoint_id COLLATE "C"
  ON CONFLICT (organisation_id, endpoint_id) DO UPDATE SET due_at_ms = excluded.due_at_ms`;

/** So many rows in one statement, at most. */
const MOST_AT_ONCE = 2_000;

type Of<Do extends DirectoryChange['do']> = Extract<DirectoryChange, { do: Do }>;

export async function writeChanges(
  tx: Statements,
  secrets: SecretBox,
  changes: readonly DirectoryChange[],
  { audit, revision }: DirectoryRecord = { audit: [] },
): Promise<void> {
  const raised = tx.query(RAISE_REVISION, [revision ?? null]);
  if (revision !== undefined && (await raised).length === 0) throw new DirectoryMoved();
  for (const run of runsOf(changes)) await write(tx, secrets, run);
  for (const note of audit) void tx.query(INSERT_AUDIT, auditValues(note));
}

/**
 * Changes of one kind that stand next to each other and are of different things. Made together they leave what they would
 * leave one by one: the order of the plan matters between kinds, and where one thing is changed twice.
 */
function* runsOf(changes: readonly DirectoryChange[]): Generator<readonly DirectoryChange[]> {
  let run: DirectoryChange[] = [];
  let things = new Set<string>();
  for (const change of changes) {
    const thing = thingOf(change);
    if (run.length === MOST_AT_ONCE || run[0]?.do !== change.do || things.has(thing)) {
      if (run.length > 0) yield run;
      run = [];
      things = new Set();
    }
    run.push(change);
    things.add(thing);
  }
  if (run.length > 0) yield run;
}

function thingOf(change: DirectoryChange): string {
  switch (change.do) {
    case 'put-source':
      return change.source.id;
    case 'remove-source':
      return change.id;
    case 'put-organisation':
      return change.organisation.id;
    case 'remove-organisation':
      return change.organisationId;
    case 'put-user':
      return JSON.stringify([change.organisationId, change.user.userId]);
    case 'remove-user':
      return JSON.stringify([change.organisationId, change.userId]);
    case 'put-function-number':
      return JSON.stringify([change.organisationId, change.functionNumber.number]);
    case 'remove-function-number':
      return JSON.stringify([change.organisationId, change.number]);
    case 'put-endpoint':
      return JSON.stringify([change.organisationId, change.endpoint.id]);
    case 'remove-endpoint':
      return JSON.stringify([change.organisationId, change.endpointId]);
  }
}

/** @param run all of one kind */
function write(tx: Statements, secrets: SecretBox, run: readonly DirectoryChange[]): Promise<void> | void {
  switch (run[0]?.do) {
    case undefined:
      return;
    case 'put-source':
      return putSources(tx, secrets, run as Of<'put-source'>[]);
    case 'put-organisation':
      return putOrganisations(tx, run as Of<'put-organisation'>[]);
    case 'put-user':
      return putUsers(tx, run as Of<'put-user'>[]);
    case 'put-function-number':
      return putFunctionNumbers(tx, run as Of<'put-function-number'>[]);
    case 'put-endpoint':
      return putEndpoints(tx, secrets, run as Of<'put-endpoint'>[]);
    case 'remove-source':
      return removeSources(tx, run as Of<'remove-source'>[]);
    case 'remove-organisation':
      return removeOrganisations(tx, run as Of<'remove-organisation'>[]);
    case 'remove-user':
      return removeUsers(tx, run as Of<'remove-user'>[]);
    case 'remove-function-number':
      return removeFunctionNumbers(tx, run as Of<'remove-function-number'>[]);
    case 'remove-endpoint':
      return removeEndpoints(tx, run as Of<'remove-endpoint'>[]);
  }
}

function putSources(tx: Statements, secrets: SecretBox, puts: readonly Of<'put-source'>[]): void {
  const rows = puts.map(({ source: { id, kind, secret, ...settings } }) => ({ id, kind, secret, settings }));
  const columns = columnsOf(
    rows,
    ({ id }) => id,
    ({ kind }) => kind,
    ({ settings }) => JSON.stringify(settings),
    ({ id, secret }) => secrets.seal(secret, placeOf('sourceSecret', id)),
  );
  void tx.query(PUT_SOURCES, columns);
}

function putOrganisations(tx: Statements, puts: readonly Of<'put-organisation'>[]): void {
  const columns = columnsOf(
    puts,
    ({ organisation }) => organisation.id,
    ({ organisation }) => organisation.name,
    ({ organisation }) => organisation.defaultCountry,
    ({ organisation }) => JSON.stringify(organisation.privacy),
    ({ organisation }) => JSON.stringify(organisation.allowedDevices),
  );
  void tx.query(PUT_ORGANISATIONS, columns);
}

function putFunctionNumbers(tx: Statements, puts: readonly Of<'put-function-number'>[]): void {
  const columns = columnsOf(
    puts,
    ({ organisationId }) => organisationId,
    ({ functionNumber }) => functionNumber.number,
    ({ functionNumber }) => functionNumber.kind,
  );
  void tx.query(PUT_FUNCTION_NUMBERS, columns);
}

function removeFunctionNumbers(tx: Statements, removals: readonly Of<'remove-function-number'>[]): void {
  const columns = columnsOf(
    removals,
    ({ organisationId }) => organisationId,
    ({ number }) => number,
  );
  void tx.query(REMOVE_FUNCTION_NUMBERS, columns);
}

function putEndpoints(tx: Statements, secrets: SecretBox, puts: readonly Of<'put-endpoint'>[]): void {
  const names = columnsOf(
    puts,
    ({ organisationId }) => organisationId,
    ({ endpoint }) => endpoint.id,
  );
  const columns = columnsOf(
    puts,
    ({ endpoint }) => endpoint.url,
    ({ endpoint }) => JSON.stringify(endpoint.states),
    ({ endpoint }) => JSON.stringify(endpoint.delivery),
    ({ endpoint }) => JSON.stringify(settingsOf(endpoint)),
    ({ organisationId, endpoint }) => sealedSecretOf(organisationId, endpoint, secrets),
    ({ organisationId, endpoint }) => sealedOf(organisationId, endpoint, secrets),
    ({ endpoint }) => firstEndMs(endpoint),
  );
  void tx.query(PUT_ENDPOINTS, [...names, ...columns]);
  void tx.query(QUEUE_ENDPOINTS, names);
}
