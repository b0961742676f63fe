/**
 * What a directory file refers to instead of saying it: `${NAME}` stands for a variable of the environment,
 * anywhere in a value; a secret or a certificate may be `file:PATH` instead. A secret's value never gets into a problem's text.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCodeOf } from '../../runtime/errors.ts';
import type { Problem } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReferenceOptions {
  /** The directory file: `file:` is relative to its folder. */
  file: string;
  env: Environment;
  /** `ignore`: a secret that cannot be resolved is undefined, and no problem. */
  secrets: 'resolve' | 'ignore';
}

const REFERENCE = /\$\{([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FILE = 'file:';
/** Where a value may be `file:`. */
const SECRET_KEYS = new Set(['secret', 'password', 'token', 'client_secret']);
const SECRET_PARENTS = new Set(['headers', 'tls']);

/** @returns the tree with every reference replaced; one that cannot be is a problem and stays as it is written */
export function resolveReferences(
  tree: unknown,
  options: ReferenceOptions,
): { value: unknown; problems: readonly Problem[] } {
  const problems: Problem[] = [];

  /** Where we are. One array for the whole way: a large file has a million places. */
  const path: (string | number)[] = [];

  const resolveText = (written: string): string | undefined => {
    const isSecret = mayBeSecret(path);
    if (!isSecret && !written.includes('${')) return written;
    const found = isSecret ? readSecret(written, options) : fillIn(written, options.env);
    if ('text' in found) return found.text;
    if (isSecret && options.secrets === 'ignore') return undefined;
    problems.push({ path: [...path], text: found.problem });
    return written;
  };
  const walkTo = (step: string | number, value: unknown): unknown => {
    path.push(step);
    const resolved = walk(value);
    path.pop();
    return resolved;
  };
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return resolveText(value);
    if (Array.isArray(value)) return value.map((item, index) => walkTo(index, item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walkTo(key, item)]));
  };
  return { value: walk(tree), problems };
}

function mayBeSecret(path: readonly (string | number)[]): boolean {
  return SECRET_KEYS.has(String(path.at(-1))) || SECRET_PARENTS.has(String(path.at(-2)));
}

type Found = { text: string } | { problem: string };

function fillIn(written: string, env: Environment): Found {
  const faults: string[] = [];
  const text = written.replace(REFERENCE, (reference, name: string) => {
    const value = VARIABLE.test(name) ? env[name] : undefined;
    if (!VARIABLE.test(name)) faults.push('only the name of a variable may stand between `${` and `}`');
    else if (value === undefined) faults.push(`the environment variable ${name} is not set`);
    else if (value === '') faults.push(`the environment variable ${name} is empty`);
    return value ?? reference;
  });
  return faults.length === 0 ? { text } : { problem: faults.join(', ') };
}

/** Whether it is a file is decided by what is written, not by what a variable holds. */
function readSecret(written: string, { file, env }: ReferenceOptions): Found {
  const filled = fillIn(written, env);
  if (!written.startsWith(FILE) || 'problem' in filled) return filled;
  const named = written.slice(FILE.length);
  if (named.trim() === '') return { problem: 'names no file; write the path of one behind `file:`' };
  try {
    const text = readFileSync(resolve(dirname(file), filled.text.slice(FILE.length)), 'utf8');
    const secret = text.replace(/\r?\n$/, '');
    return secret === '' ? { problem: `the file ${named} is empty` } : { text: secret };
  } catch (error) {
    return { problem: `the file ${named} cannot be read (${systemCodeOf(error) ?? 'unknown reason'})` };
  }
}
