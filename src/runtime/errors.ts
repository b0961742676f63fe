/**
 * Errors that reach a person. A `CallhookError` says in plain words what was wrong and what to do; its code is
 * stable and documented in docs/ERRORS.md (a test ties the two together). Messages never hold a phone number, a
 * secret or a peer's text.
 */
export const ERROR_CODES = [
  'CONFIG_INVALID',
  'DIRECTORY_FILE_INVALID',
  'KEY_INVALID',
  'DATABASE_UNAVAILABLE',
  'DATABASE_IN_USE',
  'DATABASE_NEWER',
  'USAGE',
  'ENDPOINT_UNKNOWN',
  'SOURCE_UNKNOWN',
  'SOURCE_UNREACHABLE',
  'SOURCE_LOGIN_REFUSED',
  'SOURCE_PERMISSION_MISSING',
  'SOURCE_PROTOCOL',
  'TRANSCRIPT_UNREADABLE',
  'FILE_NOT_WRITTEN',
  'LISTEN_FAILED',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export class CallhookError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CallhookError';
    this.code = code;
  }
}

/** The system's own error code (`ENOSPC`, `ECONNREFUSED`, …) of anything that was thrown, else undefined. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? systemCodeOf(error.cause) : undefined;
}
