/**
 * The directory on a shared database. Nothing is cached: another node or process may write at any time, and ingest asks
 * for a whole batch at once. Changes are made in directory-write.ts.
 */
import type { LegState } from '../../call/leg-event.ts';
import type { AllowedDevices } from '../../policy/allowed-devices.ts';
import type { DeliverySettings } from '../../policy/delivery-settings.ts';
import type { DeviceType } from '../../policy/device-type.ts';
import type { EndpointSettings } from '../../policy/endpoint-settings.ts';
import type { OrganisationEntry, SourceSettings } from '../../policy/directory.ts';
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
import { BEGIN_SNAPSHOT, type Database, type Statements } from './database.ts';
import { writeChanges } from './directory-write.ts';

const DEVICES_ON = 'SELECT address FROM device WHERE source_id = $1';
const SOURCES = 'SELECT id, kind, settings, secret FROM source ORDER BY id';
const ORGANISATIONS = 'SELECT * FROM organisation ORDER BY id';
const USERS = 'SELECT * FROM "user" ORDER BY organisation_id, user_id';
const DEVICES = `
  SELECT organisation_id, user_id, source_id, address, type FROM device
  ORDER BY organisation_id, user_id, position`;
const FUNCTION_NUMBERS = 'SELECT * FROM function_number ORDER BY organisation_id, number';
const ENDPOINTS = 'SELECT * FROM endpoint ORDER BY organisation_id, id';

const ENDPOINT = 'SELECT * FROM endpoint WHERE organisation_id = $1 AND id = $2';

const OWNERS = `
  SELECT device.address, device.type, "user".* FROM device
  JOIN "user" USING (organisation_id, user_id)
  WHERE device.source_id = $1 AND device.address = ANY ($2::text[])`;
const BY_NUMBER = `
  SELECT user_number.number, "user".* FROM user_number
  JOIN "user" USING (organisation_id, user_id)
  WHERE user_number.organisation_id = $1 AND user_number.number = ANY ($2::text[])`;
const ORGANISATION = 'SELECT * FROM organisation WHERE id = $1';
const ENDPOINTS_OF = `
  SELECT id, url, states, delivery, settings FROM endpoint WHERE organisation_id = $1 ORDER BY id`;

interface OrganisationRow {
  id: string;
  name: string;
  default_country: string;
  privacy: PrivacySettings;
  allowed_devices: AllowedDevices;
}

interface PersonRow {
  user_id: string;
  email: string | null;
  numbers: string[];
  extensions: string[];
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
  states: LegState[];
  delivery: DeliverySettings;
  settings: EndpointSettings;
}

type OfOrganisation<Row> = Row & { organisation_id: string };
type OwnerRow = OfOrganisation<PersonRow> & { address: string; type: DeviceType | null };

export function createDirectoryStore(db: Database, port: SqlPort, secrets: SecretBox): DirectoryStore {
  return {
    ...createDirectoryPages(port, secrets),

    // As of one moment, so that no other process's change falls between the statements.
    read: () =>
      db.transaction(async (tx) => {
        const [sources, organisations] = await Promise.all([
          readSources(tx, secrets),
          readOrganisations(tx, secrets),
        ]);
        return { sources, organisations };
      }, BEGIN_SNAPSHOT),

    write: (changes, record) => db.transaction((tx) => writeChanges(tx, secrets, changes, record)),

    replaceSecret: (organisationId, endpointId, secret, times, note) =>
      db.transaction(async (tx) => {
        const name = [organisationId, endpointId];
        const [row] = await tx.query<EndpointRow & SealedColumns>(`${ENDPOINT} FOR UPDATE`, name);
        if (row === undefined) return undefined;
        const before = withSecrets(endpointOf(row), row, secrets);
        const endpoint = replaceSecret(before, secret, times);
        const changes = [{ do: 'put-endpoint', is: 'changed', organisationId, endpoint }] as const;
        await writeChanges(tx, secrets, changes, { audit: [note(before)] });
        return endpoint;
      }),

    async revision() {
      const [row] = await db.query<{ value: number }>(
        `SELECT value FROM meta WHERE key = 'directory_revision'`,
      );
      return row?.value ?? 0;
    },

    sources: () => readSources(db, secrets),

    async ownersOf(sourceId, addresses) {
      const rows = await db.query<OwnerRow>(OWNERS, [sourceId, addresses]);
      return new Map(
        rows.map((row) => {
          const owner: DeviceOwner = { organisationId: row.organisation_id, person: personOf(row) };
          if (row.type !== null) owner.deviceType = row.type;
          return [row.address, owner];
        }),
      );
    },

    async devicesOn(sourceId) {
      const rows = await db.query<{ address: string }>(DEVICES_ON, [sourceId]);
      return new Set(rows.map(({ address }) => address));
    },

    async policyOf(organisationId) {
      const [[row], endpoints] = await Promise.all([
        db.query<OrganisationRow>(ORGANISATION, [organisationId]),
        db.query<EndpointRow>(ENDPOINTS_OF, [organisationId]),
      ]);
      return row && { organisation: organisationOf(row), endpoints: endpoints.map(endpointOf) };
    },

    async peopleByNumber(organisationId, numbers) {
      const rows = await db.query<PersonRow & { number: string }>(BY_NUMBER, [organisationId, numbers]);
      const found = new Map(rows.map((row) => [row.number, personOf(row)]));
      return new Map(
        numbers.flatMap((number): [string, Person][] => {
          const person = found.get(number);
          return person === undefined ? [] : [[number, person]];
        }),
      );
    },
  };
}

async function readSources(from: Statements, secrets: SecretBox): Promise<SourceSettings[]> {
  const rows = await from.query<{
    id: string;
    kind: string;
    settings: object;
    secret: Uint8Array;
  }>(SOURCES);
  return rows.map(({ settings, secret, ...row }) => {
    // As `directory-write.ts` took it apart.
    return {
      ...settings,
      ...row,
      secret: secrets.open(secret, placeOf('sourceSecret', row.id)),
    } as SourceSettings;
  });
}

async function readOrganisations(tx: Statements, secrets: SecretBox): Promise<OrganisationEntry[]> {
  const [organisations, userRows, deviceRows, functionRows, endpointRows] = await Promise.all([
    tx.query<OrganisationRow>(ORGANISATIONS),
    tx.query<OfOrganisation<PersonRow>>(USERS),
    tx.query<DeviceRow>(DEVICES),
    tx.query<OfOrganisation<{ number: string; kind: FunctionKind }>>(FUNCTION_NUMBERS),
    tx.query<OfOrganisation<EndpointRow & SealedColumns>>(ENDPOINTS),
  ]);
  const devices = Map.groupBy(deviceRows, userKey);
  const users = byOrganisation(userRows);
  const functionNumbers = byOrganisation(functionRows);
  const endpoints = byOrganisation(endpointRows);
  return organisations.map((row) => ({
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
}

function byOrganisation<Row extends { organisation_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, (row) => row.organisation_id);
}

/** Neither id can hold a NUL. */
function userKey(row: { organisation_id: string; user_id: string }): string {
  return `${row.organisation_id}\0${row.user_id}`;
}

function organisationOf(row: OrganisationRow): Organisation {
  const { id, name, default_country: defaultCountry, privacy, allowed_devices: allowedDevices } = row;
  return { id, name, defaultCountry, privacy, allowedDevices };
}

function personOf(row: PersonRow): Person {
  const person: Person = { userId: row.user_id, numbers: row.numbers, extensions: row.extensions };
  if (row.email !== null) person.email = row.email;
  return person;
}

function deviceOf(row: DeviceRow): Device {
  const device: Device = { source: row.source_id, address: row.address };
  if (row.type !== null) device.type = row.type;
  return device;
}

export function endpointOf({ id, url, states, delivery, settings }: EndpointRow): Endpoint {
  return { id, url, states, delivery, ...settings };
}
