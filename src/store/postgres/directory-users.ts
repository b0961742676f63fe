/** Users with their numbers and devices, many at once. */
import type { DirectoryChange } from '../../policy/directory-changes.ts';
import { columnsOf, type Statements } from './database.ts';

const PUT_USERS = `
  INSERT INTO "user" (organisation_id, user_id, email, numbers, extensions)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::json[], $5::json[])
  ON CONFLICT (organisation_id, user_id) DO UPDATE
  SET email = excluded.email, numbers = excluded.numbers, extensions = excluded.extensions`;

const FORGET_NUMBERS = `
  DELETE FROM user_number WHERE (organisation_id, user_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

const FORGET_DEVICES = `
  DELETE FROM device WHERE (organisation_id, user_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

const INSERT_NUMBERS = `
  INSERT INTO user_number (organisation_id, user_id, number)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[])`;

const INSERT_DEVICES = `
  INSERT INTO device (organisation_id, user_id, source_id, address, type, position)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[])`;

const REMOVE_USERS = `
  DELETE FROM "user" WHERE (organisation_id, user_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

/** @param puts of different users; old numbers and devices of all of them go before new ones come */
export function putUsers(
  tx: Statements,
  puts: readonly Extract<DirectoryChange, { do: 'put-user' }>[],
): void {
  const users = columnsOf(
    puts,
    ({ organisationId }) => organisationId,
    ({ user }) => user.userId,
    ({ user }) => user.email ?? null,
    ({ user }) => JSON.stringify(user.numbers),
    ({ user }) => JSON.stringify(user.extensions),
  );
  void tx.query(PUT_USERS, users);
  void tx.query(FORGET_NUMBERS, users.slice(0, 2));
  void tx.query(FORGET_DEVICES, users.slice(0, 2));

  const numbers = puts.flatMap(({ organisationId, user }) =>
    [...new Set([...user.numbers, ...user.extensions])].map((number) => [
      organisationId,
      user.userId,
      number,
    ]),
  );
  void tx.query(INSERT_NUMBERS, transposed(numbers, 3));

  const devices = puts.flatMap(({ organisationId, user }) =>
    user.devices.map(({ source, address, type }, position) => [
      organisationId,
      user.userId,
      source,
      address,
      type ?? null,
      position,
    ]),
  );
  void tx.query(INSERT_DEVICES, transposed(devices, 6));
}

export function removeUsers(
  tx: Statements,
  removals: readonly Extract<DirectoryChange, { do: 'remove-user' }>[],
): void {
  const names = columnsOf(
    removals,
    ({ organisationId }) => organisationId,
    ({ userId }) => userId,
  );
  void tx.query(REMOVE_USERS, names);
}

function transposed(rows: readonly (readonly unknown[])[], width: number): unknown[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column]));
}
