/**
 * Which devices an organisation's own administrators may put into its directory. The operator says so, and is not bound
 * by it: whoever writes down a neighbour's telephone would hear the neighbour's calls. Pure.
 *
 * It governs what is added. What the organisation has already it may keep, hand to another of its users, and remove.
 */
import type { OrganisationEntry } from './directory.ts';
import type { Device } from './organisation.ts';
import { deviceKey } from './user-moves.ts';

export type AllowedDevices = 'all' | readonly AllowedOnSource[];

export interface AllowedOnSource {
  source: string;
  /** Each the address of one device, or with one `*`: what addresses begin with (`PJSIP/acme-*`) or end with (`*@acme.example`). */
  devices: readonly string[];
}

/** Of an organisation of which nothing was said: the operator alone adds devices. */
export const NO_DEVICES: AllowedDevices = [];

export type DeviceTest = (device: Pick<Device, 'source' | 'address'>) => boolean;

export function allows(allowed: AllowedDevices): DeviceTest {
  if (allowed === 'all') return () => true;
  const bySource = new Map(allowed.map(({ source, devices }) => [source, addressTest(devices)]));
  return ({ source, address }) => bySource.get(source)?.(address) === true;
}

/** What is allowed, and what it has. @param organisation as much of it as has the devices in question */
export function mayHave({ allowedDevices, users }: OrganisationEntry): DeviceTest {
  const isAllowed = allows(allowedDevices);
  const own = new Set(users.flatMap(({ devices }) => devices.map(deviceKey)));
  return (device) => isAllowed(device) || own.has(deviceKey(device));
}

function addressTest(patterns: readonly string[]): (address: string) => boolean {
  const exact = new Set(patterns);
  const beginnings = patterns
    .filter((pattern) => pattern.endsWith('*'))
    .map((pattern) => pattern.slice(0, -1));
  const ends = patterns.filter((pattern) => pattern.startsWith('*')).map((pattern) => pattern.slice(1));
  return (address) =>
    exact.has(address) ||
    beginnings.some((beginning) => address.startsWith(beginning)) ||
    ends.some((end) => address.endsWith(end));
}
