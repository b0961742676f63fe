/** Reads a recording: its bytes, plain or gzipped, and the arrival times that may lie beside it. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import type { RecordedChunk } from '../../source/playback.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * @param path `NAME.raw` or `NAME.raw.gz`; arrival times are taken from `NAME.timed.jsonl[.gz]` beside it
 * @throws CallhookError `TRANSCRIPT_UNREADABLE`
 */
export function readRecording(path: string): RecordedChunk[] {
  const bytes = readMaybeGzipped(path);
  const index = readIndex(path);
  if (index.length > 0) {
    return index.map(({ off, len, atMs }) => ({ bytes: bytes.subarray(off, off + len), atMs }));
  }
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, i) => ({
    bytes: bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
  }));
}

function readMaybeGzipped(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  } catch (cause) {
    const code = systemCodeOf(cause);
    const why =
      code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown reason'})`;
    throw new CallhookError('TRANSCRIPT_UNREADABLE', `${path}: ${why}.`, { cause });
  }
}

/**
 * One line per TCP read or packet. `t` is a wall time, or in milliseconds of a clock whose wall time the first line
 * tells. What was sent has no `len`.
 */
interface IndexLine {
  t: number | string;
  wall?: string;
  off?: number;
  len?: number;
}

function readIndex(path: string): { off: number; len: number; atMs: number }[] {
  const base = path.replace(/\.raw(\.gz)?$/, '.timed.jsonl');
  const file = [base, `${base}.gz`].find((candidate) => candidate !== path && existsSync(candidate));
  if (file === undefined) return [];
  const lines = readMaybeGzipped(file)
    .toString('utf8')
    .split('\n')
    .flatMap((line, at) => (line === '' ? [] : [readIndexLine(line, `${file}:${at + 1}`)]));
  const first = lines.find(({ wall }) => wall !== undefined);
  const startMs =
    first?.wall === undefined || typeof first.t === 'string' ? undefined : Date.parse(first.wall) - first.t;
  return lines.flatMap(({ t, off, len }) => {
    const atMs = typeof t === 'string' ? Date.parse(t) : startMs === undefined ? undefined : startMs + t;
    return off === undefined || len === undefined || atMs === undefined
      ? []
      : [{ off, len, atMs: Math.round(atMs) }];
  });
}

function readIndexLine(line: string, where: string): IndexLine {
  const unreadable = (what: string, cause?: unknown) =>
    new CallhookError(
      'TRANSCRIPT_UNREADABLE',
      `${where}: ${what}. Take the file away to go without arrival times.`,
      { cause },
    );
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch (cause) {
    throw unreadable('is not JSON', cause);
  }
  if (!isIndexLine(read)) {
    throw unreadable(
      'is no object with a number or a time `t`, or its `wall`, `off` or `len` is not what it should be',
    );
  }
  return read;
}

function isIndexLine(read: unknown): read is IndexLine {
  if (typeof read !== 'object' || read === null) return false;
  const { t, wall, off, len } = read as Partial<Record<keyof IndexLine, unknown>>;
  const isWall = (time: unknown) =>
    typeof time === 'string' && /^\d{4}-\d\d-\d\dT/.test(time) && !Number.isNaN(Date.parse(time));
  const isPlace = [off, len].every((place) => place === undefined || typeof place === 'number');
  return (typeof t === 'number' || isWall(t)) && (wall === undefined || isWall(wall)) && isPlace;
}
