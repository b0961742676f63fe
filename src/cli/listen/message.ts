/** Reads a POST's body as the contract has it (src/call/outward-event.ts), and says in plain words what is wrong with it. */
import { LEG_STATES } from '../../call/leg-event.ts';
import { TERMINATION_REASONS } from '../../call/leg-state.ts';
import type { OutwardEvent } from '../../call/outward-event.ts';

export type Message = OutwardEvent & { seq_num: number };

type Fields = Readonly<Record<string, unknown>>;

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** Absent when unknown or removed; keys that are not known here may join later. */
const OPTIONAL = [
  'local_email',
  'local_user_id',
  'local_number',
  'device_type',
  'remote_email',
  'remote_user_id',
  'remote_number',
];

/** @returns the message, or why it is none, without repeating what it says */
export function readMessage(body: string): Message | { reason: string } {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    return { reason: 'it is not JSON' };
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    return { reason: 'it is not a JSON object' };
  }
  const reason = problemOf(read as Fields);
  return reason === undefined ? (read as Message) : { reason };
}

function problemOf(fields: Fields): string | undefined {
  const { seq_num: seqNum, timestamp, state } = fields;
  if (!Number.isSafeInteger(seqNum) || Number(seqNum) < 1) return must('seq_num', 'a whole number from 1');
  for (const key of ['call_id', 'branch_id']) {
    if (typeof fields[key] !== 'string' || fields[key] === '') return must(key, 'a text');
  }
  if (typeof timestamp !== 'string' || !TIMESTAMP.test(timestamp) || Number.isNaN(Date.parse(timestamp))) {
    return must('timestamp', 'a time such as 2026-11-23T10:36:19.315+00:00');
  }
  const notOneOf = (key: string, known: readonly string[]) =>
    known.some((word) => word === fields[key]) ? undefined : must(key, `one of ${known.join(', ')}`);
  const optional = OPTIONAL.find((key) => fields[key] !== undefined && typeof fields[key] !== 'string');
  return (
    notOneOf('state', LEG_STATES) ??
    notOneOf('direction', ['INCOMING', 'OUTGOING']) ??
    (state === 'TERMINATED' ? notOneOf('termination-reason', TERMINATION_REASONS) : undefined) ??
    (optional === undefined ? undefined : must(optional, 'a text, or absent'))
  );
}

function must(key: string, what: string): string {
  return `\`${key}\` must be ${what}`;
}
