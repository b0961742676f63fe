/**
 * Passwords are kept as argon2id (RFC 9106), by Node's own OpenSSL. Hashing is meant to be slow, so only a few run at a
 * time: however many try to log in, the calls keep their processor.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** OWASP's recommendation: 19 MiB, two passes; about 30 ms. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MOST_AT_ONCE = 2;
const MOST_WAITING = 64;

const derive = promisify(argon2);

/** Too many wait already. */
export class HashingBusy extends Error {}

export interface PasswordHasher {
  /** @returns in the form of PHC strings. @throws HashingBusy */
  hash(password: string): Promise<string>;
  /** @param kept undefined: nobody has it; takes as long as if somebody did. @throws HashingBusy */
  verify(password: string, kept: string | undefined): Promise<boolean>;
}

export function createPasswordHasher(): PasswordHasher {
  const slot = slots(MOST_AT_ONCE, MOST_WAITING);
  const hash = (password: string) =>
    slot(async () => {
      const salt = randomBytes(SALT_BYTES);
      const made = await deriveWith(password, salt, COST);
      const { memory, passes, parallelism } = COST;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(made)}`;
    });
  return {
    hash,
    async verify(password, kept) {
      const known = kept === undefined ? undefined : parse(kept);
      if (known === undefined) {
        await hash(password);
        return false;
      }
      const made = await slot(() => deriveWith(password, known.salt, known.cost));
      return made.length === known.hash.length && timingSafeEqual(made, known.hash);
    },
  };
}

type Cost = Record<keyof typeof COST, number>;

function deriveWith(password: string, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  const message = password.normalize('NFC');
  return derive('argon2id', { message, nonce: salt, tagLength: HASH_BYTES, ...cost });
}

function parse(kept: string): { cost: Cost; salt: Buffer; hash: Buffer } | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(kept);
  if (match === null) return undefined;
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number);
  const [salt, hash] = [match[4]!, match[5]!].map((text) => Buffer.from(text, 'base64'));
  return { cost: { memory, passes, parallelism }, salt: salt!, hash: hash! };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/** Runs at most `most` at once; what comes while `waiting` wait is refused. */
function slots(most: number, mostWaiting: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= most) {
      if (waiting.length >= mostWaiting) throw new HashingBusy('too many passwords are being checked');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
