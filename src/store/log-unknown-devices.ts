/** Devices of legs that belong to nobody: the same statements on both databases. */
import type { UnknownDevice } from './log.ts';
import { allows, type AllowedDevices } from '../policy/allowed-devices.ts';
import { rows, type Question, type Reading } from './log-reading.ts';

/** The most recently seen ones are kept. */
const MOST_KEPT = 1_000;

const ADD = `
  INSERT INTO unknown_device (source_id, address, events, first_at_ms, last_at_ms) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (source_id, address) DO UPDATE SET
    events = unknown_device.events + excluded.events, last_at_ms = excluded.last_at_ms`;

const FORGET = `
  DELETE FROM unknown_device WHERE (source_id, address) IN (
    SELECT source_id, address FROM unknown_device ORDER BY last_at_ms DESC, source_id, address
    LIMIT 1000000 OFFSET ${MOST_KEPT})`;

/** The statements that add them, in one order for all nodes. */
export function unknownDeviceWrites(devices: readonly UnknownDevice[]): readonly Question[] {
  const inOrder = devices.toSorted(
    (a, b) => compare(a.sourceId, b.sourceId) || compare(a.address, b.address),
  );
  return [
    ...inOrder.map(({ sourceId, address, events, firstAtMs, lastAtMs }) => ({
      sql: ADD,
      values: [sourceId, address, events, firstAtMs, lastAtMs],
    })),
    { sql: FORGET, values: [] },
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

interface DeviceRow {
  source_id: string;
  address: string;
  events: number;
  first_at_ms: number;
  last_at_ms: number;
}

/** See `LogStore.unknownDevices`. */
export function* readUnknownDevices(limit: number): Reading<readonly UnknownDevice[]> {
  const found = yield* rows<DeviceRow>(
    `SELECT * FROM unknown_device WHERE NOT EXISTS (
       SELECT 1 FROM device WHERE device.source_id = unknown_device.source_id AND device.address = unknown_device.address)
     ORDER BY last_at_ms DESC, source_id, address LIMIT $1`,
    [limit],
  );
  return found.map((row) => ({
    sourceId: row.source_id,
    address: row.address,
    events: row.events,
    firstAtMs: row.first_at_ms,
    lastAtMs: row.last_at_ms,
  }));
}

/** See `LogStore.unknownDevicesFor`. */
export function* readUnknownDevicesFor(
  organisationId: string,
  limit: number,
): Reading<readonly UnknownDevice[]> {
  const [found] = yield* rows<{ allowed_devices: string }>(
    'SELECT CAST(allowed_devices AS text) AS allowed_devices FROM organisation WHERE id = $1',
    [organisationId],
  );
  if (found === undefined) return [];
  const mayAdd = allows(JSON.parse(found.allowed_devices) as AllowedDevices);
  const devices = yield* readUnknownDevices(MOST_KEPT);
  return devices.filter(({ sourceId: source, address }) => mayAdd({ source, address })).slice(0, limit);
}
