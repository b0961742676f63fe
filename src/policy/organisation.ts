/**
 * The organisation and what belongs to it. These are the shapes that the directory file, the store and ingest
 * share; the rules about them stand in the neighbouring files.
 */
import type { Direction, LegState } from '../call/leg-event.ts';
import type { AllowedDevices } from './allowed-devices.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { DeviceType } from './device-type.ts';
import type { Credentials, EndpointSettings, FormerSecret } from './endpoint-settings.ts';

export interface Organisation {
  id: string;
  name: string;
  /** ISO 3166 two letters; how national numbers are read. */
  defaultCountry: string;
  privacy: PrivacySettings;
  /** What its own administrators may add. */
  allowedDevices: AllowedDevices;
}

/** What happens to a number before it leaves: the seed's Modify setting. `mask`: 1 to 15 last digits. */
export type NumberPrivacy = 'keep' | 'remove' | { mask: number };

/** The seven settings of the seed, named as the seed names them. */
export interface PrivacySettings {
  removeLocalUserId: boolean;
  modifyLocalNumber: NumberPrivacy;
  removeLocalEmail: boolean;
  removeRemoteUserId: boolean;
  modifyRemoteNumber: NumberPrivacy;
  removeRemoteEmail: boolean;
  removeDeviceType: boolean;
  /** Legs of this direction only; absent: of both. */
  onlyDirection?: Direction;
}

/** The seed's setting of an organisation that says nothing: everything is shared. */
export const OPEN_PRIVACY: PrivacySettings = {
  removeLocalUserId: false,
  modifyLocalNumber: 'keep',
  removeLocalEmail: false,
  removeRemoteUserId: false,
  modifyRemoteNumber: 'keep',
  removeRemoteEmail: false,
  removeDeviceType: false,
};

export interface User {
  userId: string;
  email?: string;
  /** Public numbers, E.164; the first is the one given to others. */
  numbers: readonly string[];
  /** Internal numbers, as the PBX dials them. */
  extensions: readonly string[];
  devices: readonly Device[];
}

/** A phone of a user. `source` and `address` together belong to one user only. */
export interface Device {
  source: string;
  address: string;
  type?: DeviceType;
}

export const FUNCTION_KINDS = [
  'IVR',
  'QUEUE',
  'HUNT_GROUP',
  'CONFERENCE',
  'VOICEMAIL',
  'PARK',
  'FEATURE_CODE',
  'FAX',
  'OTHER',
] as const;
export type FunctionKind = (typeof FUNCTION_KINDS)[number];

/** A number behind which no end user sits: its legs are never reported. */
export interface FunctionNumber {
  number: string;
  kind: FunctionKind;
}

/** A webhook receiver. */
export interface Endpoint extends EndpointSettings {
  id: string;
  /** `https:` only. */
  url: string;
  /** The states it wants. */
  states: readonly LegState[];
  delivery: DeliverySettings;
}

/** An endpoint with all that is secret of it; only delivery and the directory's writers see it. */
export interface EndpointWithSecret extends Endpoint {
  /** Messages are signed with it. Standard Webhooks: `whsec_` and base64, or `whsk_` for Ed25519. */
  secret: string;
  /** Those before it that still sign, the last one first. */
  formerSecrets?: readonly FormerSecret[];
  credentials?: Credentials;
}

/** The states that an endpoint gets unless it asks for more: the seed's three POSTs. */
export const DEFAULT_STATES: readonly LegState[] = ['EARLY', 'CONFIRMED', 'TERMINATED'];
