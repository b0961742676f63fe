import type { TFunction } from 'i18next';
import type { DeviceType } from './user-columns.ts';

/** The usual ones first. */
export const DEVICE_TYPES = [
  'DESKTOP',
  'MOBILE_VOIP',
  'SOFT',
  'WEB',
  'MOBILE_EXT',
  'MOBILE',
  'FXS',
  'FAX',
  'EXTERNAL',
  'EXTERNAL_PBX',
  'CONFERENCE',
  'QUEUE',
  'VOICEMAIL',
] as const satisfies readonly DeviceType[];

/** `Desk phone` and `desktop` are both DESKTOP. */
export function typeByWord(t: TFunction): (text: string) => DeviceType | undefined {
  const byWord = new Map<string, DeviceType>();
  for (const type of DEVICE_TYPES) {
    byWord.set(type.toLowerCase(), type);
    byWord.set(t(`users.types.${type}`).toLowerCase(), type);
  }
  return (text) => byWord.get(text.toLowerCase());
}
