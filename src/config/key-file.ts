/**
 * The key file's text: a key on each line, 32 bytes in base64. The first one seals; others open only, the oldest last;
 * `next` before one says that it will be the first. `CALLHOOK_KEY` holds the same, with commas instead of lines.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import { INSTALLATION_KEY_BYTES, type KeySet } from '../runtime/keys.ts';

/** @param where it stands, for a person. @throws CallhookError `KEY_INVALID` */
export function readKeys(text: string, where: string): KeySet {
  const lines = text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const next = lines.filter((line) => NEXT.test(line)).map((line) => line.replace(NEXT, ''));
  const [current = '', ...former] = lines.filter((line) => !NEXT.test(line));
  if (next.length > 1) throw unusable(where, 'names two keys as `next`: one can be');
  const key = (line: string) => decode(line, where);
  return {
    current: key(current),
    ...(next[0] !== undefined && { next: key(next[0]) }),
    former: former.map(key),
  };
}

const NEXT = /^next\s+/;

export function wordKeys({ current, next, former }: KeySet): string {
  const line = (key: Uint8Array) => Buffer.from(key).toString('base64');
  return [line(current), ...(next === undefined ? [] : [`next ${line(next)}`]), ...former.map(line), ''].join(
    '\n',
  );
}

/**
 * Puts another text in the place of a key file that is there: at every moment, and after a power cut, the file is the one
 * before or the one after, whole. Its owner and its mode stay.
 * @throws CallhookError `KEY_INVALID`
 */
export function replaceKeyFile(keyFile: string, text: string): void {
  let draft: string | undefined;
  try {
    // A link stays a link.
    const path = realpathSync(keyFile);
    const { uid, gid, mode } = statSync(path);
    draft = `${path}.${randomBytes(4).toString('hex')}`;
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (process.getuid?.() === 0) chownSync(draft, uid, gid);
    chmodSync(draft, mode & 0o777);
    renameSync(draft, path);
    draft = undefined;
    syncFolder(dirname(path));
  } catch (error) {
    throw unusable(keyFile, `cannot be replaced (${systemCodeOf(error)})`, error);
  } finally {
    if (draft !== undefined) rmSync(draft, { force: true });
  }
}

/** What a rename has changed is on the disk. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function decode(line: string, where: string): Uint8Array {
  const bytes = Buffer.from(line, 'base64');
  if (bytes.length !== INSTALLATION_KEY_BYTES) {
    throw unusable(where, 'is not 32 bytes in base64 (`openssl rand -base64 32` makes one)');
  }
  return bytes;
}

export function unusable(where: string, why: string, cause?: unknown): CallhookError {
  return new CallhookError('KEY_INVALID', `The key ${where} ${why}.`, { cause });
}
