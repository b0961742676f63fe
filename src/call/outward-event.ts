/**
 * The outward event: the seed's JSON body, to the letter, and what an endpoint may ask for behind it. The order of keys is
 * part of the contract.
 */
import type { DeviceType } from '../policy/device-type.ts';
import type { Direction, LegState } from './leg-event.ts';
import type { TerminationReason } from './leg-state.ts';

/** Everything of a body but its number, which only the commit knows. A key is absent when unknown or removed. */
export interface OutwardEvent {
  call_id: string;
  branch_id: string;
  timestamp: string;
  state: LegState;
  'termination-reason'?: TerminationReason;
  direction: Direction;
  local_email?: string;
  local_user_id?: string;
  local_number?: string;
  device_type?: DeviceType;
  remote_email?: string;
  remote_user_id?: string;
  remote_number?: string;
  /** From here on: of the extended body only. The far party is a user of the same organisation. */
  internal?: boolean;
  /** On `TERMINATED`: from `CONFIRMED` to the end of this branch; 0 where it was never answered. */
  call_duration_ms?: number;
  /** On `TERMINATED`: the call that an attended transfer has joined with this one, where the source tells. */
  linked_call_id?: string;
}

const KEY_ORDER = [
  'call_id',
  'branch_id',
  'timestamp',
  'state',
  'termination-reason',
  'direction',
  'local_email',
  'local_user_id',
  'local_number',
  'device_type',
  'remote_email',
  'remote_user_id',
  'remote_number',
  'internal',
  'call_duration_ms',
  'linked_call_id',
] as const satisfies readonly (keyof OutwardEvent)[];

/**
 * The exact text of one POST's body.
 * @param seqNum 1, 2, 3 … per call and endpoint
 */
export function encodeBody(seqNum: number, event: OutwardEvent): string {
  const ordered: Record<string, string | number | boolean> = { seq_num: seqNum };
  for (const key of KEY_ORDER) {
    const value = event[key];
    if (value !== undefined) ordered[key] = value;
  }
  return JSON.stringify(ordered);
}

/** `2021-09-30T10:36:19.315+00:00`: UTC with milliseconds, the offset written out as the seed does. */
export function formatTimestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+00:00');
}
