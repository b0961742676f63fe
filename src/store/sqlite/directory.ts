/**
 * The directory on an embedded database. Nothing is cached: another process (`callhook apply`) may write at any
 * time, and a look-up by key costs a few microseconds. Changes are made in directory-write.ts.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { LegState } from '../../call/leg-event.ts';
import type { AllowedDevices } from '../../policy/allowed-devices.ts';
import type { DeliverySettings } from '../../policy/delivery-settings.ts';
import type { DeviceType } from '../../policy/device-type.ts';
import type { EndpointSettings } from '../../policy/endpoint-settings.ts';
import type { Directory, OrganisationEntry, SourceSettings } from '../../policy/directory.ts';
import type {
  Device,
  Endpoint,
  FunctionKind,
  FunctionNumber,
  Organisation,
  PrivacySettings,
} from '../../policy/organisation.ts';
import { replaceSecret } from '../../policy/signing.ts';
import type { SecretBox } from '../../runtime/secret-box.ts';
import { placeOf } from '../sealed-columns.ts';
import type { DeviceOwner, DirectoryStore, Person } from '../store.ts';
import { createDirectoryPages } from '../sql-directory-pages.ts';
import type { SqlPort } from '../sql-port.ts';
import { withSecrets, type SealedColumns } from '../endpoint-columns.ts';
import { inSnapshot, inTransaction } from './database.ts';
import { prepareDirectoryWrite } from './directory-write.ts';
import type { FeedWriter } from './feed.ts';

interface OrganisationRow {
  id: string;
  name: string;
  default_country: string;
  privacy: string;
  allowed_devices: string;
}

interface PersonRow {
  user_id: string;
  email: string | null;
  numbers: string;
  extensions: string;
}

interface DeviceRow {
  organisation_id: string;
  user_id: string;
  source_id: string;
  address: string;
  type: DeviceType | null;
}

export interface EndpointRow {
  id: string;
  url: string;
  states: string;
  delivery: string;
  settings: string;
}

type OfOrganisation<Row> = Row & { organisation_id: string };
type OwnerRow = OfOrganisation<PersonRow> & { type: DeviceType | null };

export function createDirectoryStore(
  db: DatabaseSync,
  port: SqlPort,
  secrets: SecretBox,
  feed: FeedWriter,
): DirectoryStore {
  const selectRevision = db.prepare(`SELECT value FROM meta WHERE key = 'directory_revision'`);
  const selectDevicesOn = db.prepare('SELECT address FROM device WHERE source_id = ?');
  const selectSources = db.prepare('SELECT id, kind, settings, secret FROM source ORDER BY id');
  const selectOrganisations = db.prepare('SELECT * FROM organisation ORDER BY id');
  const selectUsers = db.prepare('SELECT * FROM user ORDER BY organisation_id, user_id');
  const selectDevices = db.prepare(`
    SELECT organisation_id, user_id, source_id, address, type FROM device
    ORDER BY organisation_id, user_id, position`);
  const selectFunctionNumbers = db.prepare('SELECT * FROM function_number ORDER BY organisation_id, number');
  const selectEndpoints = db.prepare('SELECT * FROM endpoint ORDER BY organisation_id, id');

  const selectOwner = db.prepare(`
    SELECT device.type, user.* FROM device
    JOIN user ON user.organisation_id = device.organisation_id AND user.user_id = device.user_id
    WHERE device.source_id = ? AND device.address = ?`);
  const selectByNumber = db.prepare(`
    SELECT user.* FROM user_number AS number
    JOIN user ON user.organisation_id = number.organisation_id AND user.user_id = number.user_id
    WHERE number.organisation_id = ? AND number.number = ?`);
  const selectOrganisation = db.prepare('SELECT * FROM organisation WHERE id = ?');
  const selectEndpointsOf = db.prepare(`
    SELECT id, url, states, delivery, settings FROM endpoint WHERE organisation_id = ? ORDER BY id`);

  const selectEndpoint = db.prepare('SELECT * FROM endpoint WHERE organisation_id = ? AND id = ?');

  const write = prepareDirectoryWrite(db, secrets, feed);

  const readEndpoint = (organisationId: string, endpointId: string) => {
    const row = selectEndpoint.get(organisationId, endpointId) as (EndpointRow & SealedColumns) | undefined;
    return row && withSecrets(endpointOf(row), row, secrets);
  };

  const readSources = () =>
    (selectSources.all() as { id: string; kind: string; settings: string; secret: Uint8Array }[]).map(
      ({ settings, secret, ...row }) => {
        // As `directory-write.ts` took it apart.
        return {
          ...(JSON.parse(settings) as object),
          ...row,
          secret: secrets.open(secret, placeOf('sourceSecret', row.id)),
        } as SourceSettings;
      },
    );

  const readOrganisations = (): OrganisationEntry[] => {
    const devices = Map.groupBy(selectDevices.all() as unknown as DeviceRow[], userKey);
    const users = groupByOrganisation<PersonRow>(selectUsers.all());
    const functionNumbers = groupByOrganisation<{ number: string; kind: FunctionKind }>(
      selectFunctionNumbers.all(),
    );
    const endpoints = groupByOrganisation<EndpointRow & SealedColumns>(selectEndpoints.all());
    return (selectOrganisations.all() as unknown as OrganisationRow[]).map((row) => ({
      ...organisationOf(row),
      users: (users.get(row.id) ?? []).map((user) => ({
        ...personOf(user),
        devices: (devices.get(userKey(user)) ?? []).map(deviceOf),
      })),
      functionNumbers: (functionNumbers.get(row.id) ?? []).map(({ number, kind }): FunctionNumber => ({
        number,
        kind,
      })),
      endpoints: (endpoints.get(row.id) ?? []).map((endpoint) =>
        withSecrets(endpointOf(endpoint), endpoint, secrets),
      ),
    }));
  };

  return {
    ...createDirectoryPages(port, secrets),

    async read(): Promise<Directory> {
      // One transaction, so that no other process's change falls between the statements.
      return inSnapshot(db, () => ({ sources: readSources(), organisations: readOrganisations() }));
    },

    async write(changes, record) {
      inTransaction(db, () => write(changes, record));
    },

    async replaceSecret(organisationId, endpointId, secret, times, note) {
      return inTransaction(db, () => {
        const before = readEndpoint(organisationId, endpointId);
        if (before === undefined) return undefined;
        const endpoint = replaceSecret(before, secret, times);
        write([{ do: 'put-endpoint', is: 'changed', organisationId, endpoint }], { audit: [note(before)] });
        return endpoint;
      });
    },

    async revision() {
      return (selectRevision.get() as { value: number }).value;
    },

    async sources() {
      return readSources();
    },

    async ownersOf(sourceId, addresses) {
      const owners = new Map<string, DeviceOwner>();
      for (const address of addresses) {
        const row = selectOwner.get(sourceId, address) as OwnerRow | undefined;
        if (row === undefined) continue;
        const owner: DeviceOwner = { organisationId: row.organisation_id, person: personOf(row) };
        if (row.type !== null) owner.deviceType = row.type;
        owners.set(address, owner);
      }
      return owners;
    },

    async devicesOn(sourceId) {
      const rows = selectDevicesOn.all(sourceId) as unknown as { address: string }[];
      return new Set(rows.map(({ address }) => address));
    },

    async policyOf(organisationId) {
      const row = selectOrganisation.get(organisationId) as OrganisationRow | undefined;
      if (row === undefined) return undefined;
      const endpoints = selectEndpointsOf.all(organisationId) as unknown as EndpointRow[];
      return { organisation: organisationOf(row), endpoints: endpoints.map(endpointOf) };
    },

    async peopleByNumber(organisationId, numbers) {
      const people = new Map<string, Person>();
      for (const number of numbers) {
        const row = selectByNumber.get(organisationId, number) as PersonRow | undefined;
        if (row !== undefined) people.set(number, personOf(row));
      }
      return people;
    },
  };
}

function groupByOrganisation<Row>(rows: readonly unknown[]): Map<string, OfOrganisation<Row>[]> {
  return Map.groupBy(rows as OfOrganisation<Row>[], (row) => row.organisation_id);
}

/** Neither id can hold a NUL. */
function userKey(row: { organisation_id: string; user_id: string }): string {
  return `${row.organisation_id}\0${row.user_id}`;
}

function organisationOf(row: OrganisationRow): Organisation {
  return {
    id: row.id,
    name: row.name,
    defaultCountry: row.default_country,
    privacy: JSON.parse(row.privacy) as PrivacySettings,
    allowedDevices: JSON.parse(row.allowed_devices) as AllowedDevices,
  };
}

function personOf(row: PersonRow): Person {
  const person: Person = {
    userId: row.user_id,
    numbers: JSON.parse(row.numbers) as string[],
    extensions: JSON.parse(row.extensions) as string[],
  };
  if (row.email !== null) person.email = row.email;
  return person;
}

function deviceOf(row: DeviceRow): Device {
  const device: Device = { source: row.source_id, address: row.address };
  if (row.type !== null) device.type = row.type;
  return device;
}

export function endpointOf(row: EndpointRow): Endpoint {
  return {
    id: row.id,
    url: row.url,
    states: JSON.parse(row.states) as LegState[],
    delivery: JSON.parse(row.delivery) as DeliverySettings,
    ...(JSON.parse(row.settings) as EndpointSettings),
  };
}
