/** Another signing secret for an endpoint. The one before it goes on signing for a while. */
import { generateSecret } from '../delivery/signature.ts';
import type { Signing } from '../policy/endpoint-settings.ts';
import { OVERLAP_MS, signingOf } from '../policy/signing.ts';
import type { Store } from '../store/store.ts';
import { noteOf, type Command } from './command.ts';

export interface Rotation {
  /** How long both sign; `OVERLAP_MS` unless said. */
  overlapMs?: number | undefined;
  /** As before unless said. */
  signing?: Signing | undefined;
}

export interface Rotated {
  /** To be shown now, or never; of a private key the public half. */
  secret: string;
  signing: Signing;
  /** Absent: the one before it signs no more. */
  formerUntilMs?: number;
}

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_OVERLAP_MS = 30 * 86_400_000;

export const OVERLAP_RULE = 'a time from 0s to 30d, such as 24h';

/** @param text `90s`, `24h`. @returns undefined if it is none, or too long */
export function readOverlap(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  return ms <= LONGEST_OVERLAP_MS ? ms : undefined;
}

/** @returns undefined if there is no such endpoint */
export async function rotateSecret(
  {
    store: { directory },
    fingerprint,
  }: { store: Pick<Store, 'directory'>; fingerprint(secret: string): string },
  command: Command,
  { overlapMs = OVERLAP_MS, signing: wanted }: Rotation,
): Promise<Rotated | undefined> {
  const { organisationId, endpointId, nowMs } = command;
  const found = await directory.endpoint(organisationId, endpointId);
  if (found === undefined) return undefined;
  const signing = wanted ?? signingOf(found.secret);
  const secret = generateSecret(signing);
  const untilMs = nowMs + overlapMs;
  const words = (of: string) => ({ secret: fingerprint(of), signing: signingOf(of) });
  const replaced = await directory.replaceSecret(
    organisationId,
    endpointId,
    secret,
    { nowMs, untilMs },
    (before) => noteOf(command, { action: 'changed', before: words(before.secret), after: words(secret) }),
  );
  return replaced && { secret, signing, ...(overlapMs > 0 && { formerUntilMs: untilMs }) };
}
