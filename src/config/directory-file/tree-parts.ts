/** A directory file's tree as it is written, whatever is wrong with it: the parts of it that are as they should be. */
import type { Path } from './problem.ts';

export interface Part {
  path: Path;
  value: unknown;
}

/** The list under a key; empty if there is none. */
export function listOf({ path, value }: Part, key: string): Part[] {
  const list = entryOf(value, key);
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown, index) => ({ path: [...path, key, index], value: item }));
}

export function partOf({ path, value }: Part, key: string): Part {
  return { path: [...path, key], value: entryOf(value, key) };
}

export function textOf({ value }: Part, key: string): string | undefined {
  const text = entryOf(value, key);
  return typeof text === 'string' ? text : undefined;
}

export function textsOf(parts: readonly Part[], key: string): (readonly [Path, string])[] {
  return parts.flatMap((part) => {
    const text = textOf(part, key);
    return text === undefined ? [] : [[[...part.path, key], text] as const];
  });
}

function entryOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
