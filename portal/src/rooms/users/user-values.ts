/** A user as the form has it: lists as one line, and what the API says of them put beside that line. */
import type { DeviceType, User } from './user-columns.ts';

export interface DeviceValues {
  source: string;
  address: string;
  /** Empty: as the phone says itself. */
  type: DeviceType | '';
}

export interface UserValues {
  user_id: string;
  email: string;
  numbers: string;
  extensions: string;
  devices: DeviceValues[];
}

export function valuesOf({ user_id, email = '', numbers, extensions, devices }: User): UserValues {
  return {
    user_id,
    email,
    numbers: numbers.join(', '),
    extensions: extensions.join(', '),
    devices: devices.map(({ source, address, type }) => ({ source, address, type: type ?? '' })),
  };
}

export function userOf({ user_id, email, numbers, extensions, devices }: UserValues): User {
  return {
    user_id: user_id.trim(),
    ...(email.trim() !== '' && { email: email.trim() }),
    numbers: partsOf(numbers),
    extensions: partsOf(extensions),
    devices: devices.map(({ source, address, type }) => ({
      source: source.trim(),
      address: address.trim(),
      ...(type !== '' && { type }),
    })),
  };
}

function partsOf(line: string): string[] {
  return line.split(/[,;\n]/).flatMap((part) => part.trim() || []);
}

/** `numbers.1` is told at the line, with the number; a device that is there twice at its address. */
export function errorsOnFields(errors: Record<string, string>, user: User): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, text]) => {
      const [name = '', index = '', inner] = field.split('.');
      if (name === 'numbers' || name === 'extensions') {
        const part = user[name][Number(index)];
        return [name, part === undefined ? text : `${part} ${text}`];
      }
      if (name === 'devices' && inner === undefined) return [`devices.${index}.address`, text];
      return [field, text];
    }),
  );
}
