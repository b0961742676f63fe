/** Which phones an organisation may add, as the form has it and as the API does. Pure. */
import type { Organisation } from './organisations.ts';

type AllowedDevices = Organisation['allowed_devices'];

export interface AllowedValues {
  are: 'all' | 'some' | 'none';
  /** By phone system; kept while another answer is chosen. */
  some: Record<string, string[]>;
}

export function valuesOf(allowed: AllowedDevices): AllowedValues {
  if (allowed === 'all') return { are: 'all', some: {} };
  const some = Object.fromEntries(allowed.map(({ source, devices }) => [source, devices]));
  return { are: allowed.length === 0 ? 'none' : 'some', some };
}

export function allowedOf({ are, some }: AllowedValues): AllowedDevices {
  if (are !== 'some') return are === 'all' ? 'all' : [];
  return Object.entries(some)
    .filter(([, devices]) => devices.length > 0)
    .map(([source, devices]) => ({ source, devices }));
}

/** A `*` stands for anything at the end or at the beginning of a name. */
export function isPattern(text: string): boolean {
  return /^(\*?[^*]*|[^*]+\*)$/.test(text);
}
