/** What SQLite says when file or disk let it down, in words for an operator. Result codes: https://sqlite.org/rescode.html */
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';

/** By primary result code: what is wrong, and what to do. */
const ADVICE: Readonly<Record<number, string>> = {
  3: 'this user may not use the file: look at the owner of the file and of its folder',
  5: 'another process holds it locked: does a backup or another program work on the file?',
  6: 'another process holds it locked: does a backup or another program work on the file?',
  8: 'it is read-only: may this user write the file and its folder, is the disk mounted read-only?',
  10: 'the disk fails or is full: make room, or look into the system’s log',
  11: 'the file is damaged: bring back a backup, with its key',
  13: 'the disk is full: make room',
  14: 'the file cannot be opened or made: does its folder exist, may this user write there, is the disk full?',
  26: 'the file is not a database: is the name right?',
};

/** The system's codes, where the file fails before SQLite sees it. */
const SYSTEM_ADVICE: Readonly<Record<string, string | undefined>> = {
  ENOSPC: ADVICE[13],
  EDQUOT: ADVICE[13],
  EROFS: ADVICE[8],
  EACCES: ADVICE[3],
  EPERM: ADVICE[3],
};

/** @returns what to do, if it is file or disk that failed, and not the statement */
function adviceOn(error: unknown): string | undefined {
  return ADVICE[resultCodeOf(error)] ?? SYSTEM_ADVICE[systemCodeOf(error) ?? ''];
}

export function isLocked(error: unknown): boolean {
  return [5, 6].includes(resultCodeOf(error));
}

/** The primary result code, 0 for what is not SQLite's. */
function resultCodeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

/** The same for whoever asked for a step on an open database; any other error as it is. */
export function worded(error: unknown): unknown {
  const advice = adviceOn(error);
  if (advice === undefined || error instanceof CallhookError) return error;
  return new CallhookError(
    'DATABASE_UNAVAILABLE',
    `The database cannot be used: ${advice}${inBrackets(error)}.`,
    {
      cause: error,
    },
  );
}

/** Any failure at opening. */
export function unavailable(path: string, error: unknown): CallhookError {
  if (error instanceof CallhookError) return error;
  const advice = adviceOn(error) ?? ADVICE[14]!;
  return new CallhookError(
    'DATABASE_UNAVAILABLE',
    `The database ${path} cannot be used: ${advice}${inBrackets(error)}.`,
    {
      cause: error,
    },
  );
}

function inBrackets(error: unknown): string {
  return ` (${error instanceof Error ? error.message : 'unknown reason'})`;
}
