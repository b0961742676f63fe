/** From the things of a directory file, as their shapes give them, to what the directory is made of. */
import type { z } from 'zod';
import type { Device, FunctionNumber, PrivacySettings, User } from '../../policy/organisation.ts';
import { normaliseNumber, toE164 } from '../../policy/phone-number.ts';
import type { WantedOrganisation } from '../../policy/wanted-directory.ts';
import { endpointOf } from './endpoint-shape.ts';
import type { directoryShapes } from './schema.ts';

type Shapes = ReturnType<typeof directoryShapes>;
type FileOrganisation = z.output<Shapes['organisation']>;
type FilePrivacy = z.output<Shapes['privacy']>;
type FileUser = z.output<Shapes['user']>;
type FileFunctionNumber = z.output<Shapes['functionNumber']>;

export function organisationOf(organisation: FileOrganisation): WantedOrganisation {
  const { id, name, default_country: defaultCountry, privacy, allowed_devices } = organisation;
  return {
    id,
    name,
    defaultCountry,
    ...(privacy !== undefined && { privacy: privacyOf(privacy) }),
    ...(allowed_devices !== undefined && { allowedDevices: allowed_devices }),
    users: organisation.users.map((user) => userOf(user, defaultCountry)),
    functionNumbers: organisation.function_numbers.map((one) => functionNumberOf(one, defaultCountry)),
    endpoints: organisation.endpoints.map((endpoint) => endpointOf(endpoint, defaultCountry)),
  };
}

export function privacyOf(privacy: FilePrivacy): PrivacySettings {
  return {
    removeLocalUserId: privacy.remove_local_user_id,
    modifyLocalNumber: privacy.modify_local_number,
    removeLocalEmail: privacy.remove_local_email,
    removeRemoteUserId: privacy.remove_remote_user_id,
    modifyRemoteNumber: privacy.modify_remote_number,
    removeRemoteEmail: privacy.remove_remote_email,
    removeDeviceType: privacy.remove_device_type,
    ...(privacy.applies_to !== 'both' && { onlyDirection: privacy.applies_to }),
  };
}

export function functionNumberOf({ number, kind }: FileFunctionNumber, country: string): FunctionNumber {
  return { number: normaliseNumber(number, country) ?? number, kind };
}

export function userOf(
  { user_id: userId, email, numbers, extensions, devices }: FileUser,
  country: string,
): User {
  const user: User = {
    userId,
    // checkClaims has read each of them.
    numbers: numbers.map((number) => toE164(number, country) ?? number),
    extensions,
    devices: devices.map(({ source, address, type }): Device => {
      return type === undefined ? { source, address } : { source, address, type };
    }),
  };
  if (email !== undefined) user.email = email;
  return user;
}
