/** The narrow reads of the directory in SQL, the same on every backend. docs/ARCHITECTURE.md names the indexes. */
import type { LegState } from '../call/leg-event.ts';
import type { AllowedDevices } from '../policy/allowed-devices.ts';
import type { DeliverySettings } from '../policy/delivery-settings.ts';
import type { DeviceType } from '../policy/device-type.ts';
import type { OrganisationEntry, SourceSettings } from '../policy/directory.ts';
import type { EndpointSettings } from '../policy/endpoint-settings.ts';
import type {
  Device,
  Endpoint,
  EndpointWithSecret,
  FunctionKind,
  Organisation,
  PrivacySettings,
  User,
} from '../policy/organisation.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import { placeOf } from './sealed-columns.ts';
import type { Concerned, DirectoryPages } from './directory-pages.ts';
import { withSecrets, type SealedColumns } from './endpoint-columns.ts';
import { containing, type SqlPort } from './sql-port.ts';

const ORGANISATION_COLUMNS = `
  id, name, default_country, CAST(privacy AS text) AS privacy, CAST(allowed_devices AS text) AS allowed_devices`;
const ORGANISATIONS = `
  SELECT ${ORGANISATION_COLUMNS} FROM organisation
  WHERE id > $1 AND (lower(id) LIKE $2 ESCAPE '\\' OR lower(name) LIKE $2 ESCAPE '\\') ORDER BY id LIMIT $3`;
const ORGANISATION = `SELECT ${ORGANISATION_COLUMNS} FROM organisation WHERE id = $1`;

const USER_COLUMNS = `
  user_id, email, CAST(numbers AS text) AS numbers, CAST(extensions AS text) AS extensions`;
const USERS = `
  SELECT ${USER_COLUMNS} FROM "user" WHERE organisation_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3`;
const USERS_FOUND = `
  SELECT ${USER_COLUMNS} FROM "user"
  WHERE organisation_id = $1 AND user_id > $2
    AND (lower(user_id) LIKE $4 ESCAPE '\\' OR lower(email) LIKE $4 ESCAPE '\\'
      OR CAST(numbers AS text) LIKE $4 ESCAPE '\\' OR CAST(extensions AS text) LIKE $4 ESCAPE '\\')
  ORDER BY user_id LIMIT $3`;
const USER = `SELECT ${USER_COLUMNS} FROM "user" WHERE organisation_id = $1 AND user_id = $2`;
/** Of a whole page of users at once, by the index `device_by_user`. */
const devicesOf = (users: number): string => `
  SELECT user_id, source_id, address, type FROM device
  WHERE organisation_id = $1 AND user_id IN (${Array.from({ length: users }, (_, nth) => `$${nth + 2}`).join(', ')})
  ORDER BY user_id, position`;
const DEVICE_OWNER = 'SELECT organisation_id, user_id FROM device WHERE source_id = $1 AND address = $2';
const NUMBER_OWNER = `
  SELECT organisation_id, user_id FROM user_number WHERE organisation_id = $1 AND number = $2`;

const FUNCTION_NUMBERS = `
  SELECT number, kind FROM function_number WHERE organisation_id = $1 AND number > $2 ORDER BY number LIMIT $3`;
const FUNCTION_NUMBER = 'SELECT number, kind FROM function_number WHERE organisation_id = $1 AND number = $2';

const ENDPOINT_COLUMNS = `
  organisation_id, id, url, CAST(states AS text) AS states, CAST(delivery AS text) AS delivery, CAST(settings AS text) AS settings,
  secret, sealed`;
const ENDPOINTS = `
  SELECT ${ENDPOINT_COLUMNS} FROM endpoint WHERE organisation_id = $1 AND id > $2 ORDER BY id LIMIT $3`;
const ENDPOINT = `SELECT ${ENDPOINT_COLUMNS} FROM endpoint WHERE organisation_id = $1 AND id = $2`;
const SOURCE = 'SELECT id, kind, CAST(settings AS text) AS settings, secret FROM source WHERE id = $1';
/** What an organisation is allowed is looked for in its text: a quote inside of a value would be written otherwise. */
const SOURCE_USED = `
  SELECT 1 FROM device WHERE source_id = $1
  UNION ALL SELECT 1 FROM organisation WHERE CAST(allowed_devices AS text) LIKE $2 ESCAPE '\\'
  LIMIT 1`;

interface OrganisationRow {
  id: string;
  name: string;
  default_country: string;
  privacy: string;
  allowed_devices: string;
}

interface UserRow {
  user_id: string;
  email: string | null;
  numbers: string;
  extensions: string;
}

interface DeviceRow {
  user_id: string;
  source_id: string;
  address: string;
  type: DeviceType | null;
}

interface FunctionNumberRow {
  number: string;
  kind: FunctionKind;
}

interface EndpointRow extends SealedColumns {
  id: string;
  url: string;
  states: string;
  delivery: string;
  settings: string;
}

interface SourceRow {
  id: string;
  kind: string;
  settings: string;
  secret: Uint8Array;
}

interface Owner {
  organisation_id: string;
  user_id: string;
}

export function createDirectoryPages(sql: SqlPort, secrets: SecretBox): DirectoryPages {
  const withDevices = async (organisationId: string, users: readonly UserRow[]): Promise<User[]> => {
    if (users.length === 0) return [];
    const names = users.map((user) => user.user_id);
    const devices = await sql.rows<DeviceRow>(devicesOf(users.length), [organisationId, ...names]);
    const byUser = Map.groupBy(devices, (device) => device.user_id);
    return users.map((user) => userOf(user, byUser.get(user.user_id) ?? []));
  };
  const endpointOf = (row: EndpointRow): EndpointWithSecret => {
    const endpoint: Endpoint = {
      id: row.id,
      url: row.url,
      states: JSON.parse(row.states) as LegState[],
      delivery: JSON.parse(row.delivery) as DeliverySettings,
      ...(JSON.parse(row.settings) as EndpointSettings),
    };
    return withSecrets(endpoint, row, secrets);
  };
  const user = async (organisationId: string, userId: string) => {
    const [row] = await sql.rows<UserRow>(USER, [organisationId, userId]);
    return row && (await withDevices(organisationId, [row]))[0];
  };
  const organisation = async (organisationId: string) => {
    const [row] = await sql.rows<OrganisationRow>(ORGANISATION, [organisationId]);
    return row && organisationOf(row);
  };
  const endpoint = async (organisationId: string, endpointId: string) => {
    const [row] = await sql.rows<EndpointRow>(ENDPOINT, [organisationId, endpointId]);
    return row && endpointOf(row);
  };
  const each = async <Item, Row>(items: readonly Item[] = [], find: (item: Item) => Promise<Row>) =>
    (await Promise.all(items.map(find))).flat();

  /** Of the organisation by id, and of anybody who has one of the things. */
  const usersConcerned = async (organisationId: string, concerned: Concerned) => {
    const owners = [
      ...(concerned.userIds ?? []).map((user_id): Owner => ({ organisation_id: organisationId, user_id })),
      ...(await each(concerned.devices, ({ source, address }) =>
        sql.rows<Owner>(DEVICE_OWNER, [source, address]),
      )),
      ...(await each(concerned.numbers, (number) => sql.rows<Owner>(NUMBER_OWNER, [organisationId, number]))),
    ];
    const distinct = new Map(owners.map((owner) => [JSON.stringify(Object.values(owner)), owner]));
    const found = [...distinct.values()].map(async ({ organisation_id: of, user_id: id }) => ({
      of,
      user: await user(of, id),
    }));
    return Map.groupBy(await Promise.all(found), ({ of }) => of);
  };

  return {
    organisation,
    user,
    endpoint,

    async organisations({ after = '', limit }, search) {
      const rows = await sql.rows<OrganisationRow>(ORGANISATIONS, [after, containing(search), limit]);
      return rows.map(organisationOf);
    },

    async users(organisationId, { after = '', limit }, search) {
      const page = [organisationId, after, limit];
      const found = search === undefined ? [USERS, page] : [USERS_FOUND, [...page, containing(search)]];
      return withDevices(organisationId, await sql.rows<UserRow>(...(found as [string, unknown[]])));
    },

    async functionNumbers(organisationId, { after = '', limit }) {
      const rows = await sql.rows<FunctionNumberRow>(FUNCTION_NUMBERS, [organisationId, after, limit]);
      return rows.map(({ number, kind }) => ({ number, kind }));
    },

    async endpoints(organisationId, { after = '', limit }) {
      return (await sql.rows<EndpointRow>(ENDPOINTS, [organisationId, after, limit])).map(endpointOf);
    },

    async source(id) {
      const [row] = await sql.rows<SourceRow>(SOURCE, [id]);
      if (row === undefined) return undefined;
      const settings = JSON.parse(row.settings) as object;
      const secret = secrets.open(row.secret, placeOf('sourceSecret', row.id));
      return { ...settings, id: row.id, kind: row.kind, secret } as SourceSettings;
    },

    async isSourceUsed(id) {
      return (await sql.rows(SOURCE_USED, [id, containing(`"source":"${id}"`)])).length > 0;
    },

    async around(organisationId, concerned) {
      const users = await usersConcerned(organisationId, concerned);
      const ids = new Set([organisationId, ...users.keys()]);
      const entries = [...ids].map(async (id): Promise<OrganisationEntry[]> => {
        const found = await organisation(id);
        if (found === undefined) return [];
        const isOwn = id === organisationId;
        const functionNumbers = await each(isOwn ? concerned.numbers : [], (number) =>
          sql.rows<FunctionNumberRow>(FUNCTION_NUMBER, [id, number]),
        );
        const endpoints = await each(isOwn ? concerned.endpointIds : [], (name) => endpoint(id, name));
        return [
          {
            ...found,
            users: (users.get(id) ?? []).flatMap((one) => one.user ?? []),
            functionNumbers,
            endpoints: endpoints.filter((one) => one !== undefined),
          },
        ];
      });
      return { sources: [], organisations: (await Promise.all(entries)).flat() };
    },
  };
}

function organisationOf(row: OrganisationRow): Organisation {
  const { id, name, default_country: defaultCountry } = row;
  const privacy = JSON.parse(row.privacy) as PrivacySettings;
  const allowedDevices = JSON.parse(row.allowed_devices) as AllowedDevices;
  return { id, name, defaultCountry, privacy, allowedDevices };
}

function userOf(row: UserRow, devices: readonly DeviceRow[]): User {
  return {
    userId: row.user_id,
    ...(row.email !== null && { email: row.email }),
    numbers: JSON.parse(row.numbers) as string[],
    extensions: JSON.parse(row.extensions) as string[],
    devices: devices.map(deviceOf),
  };
}

function deviceOf({ source_id: source, address, type }: DeviceRow): Device {
  return type === null ? { source, address } : { source, address, type };
}
