/** Lists in parts: what a list takes and answers. The cursor is opaque: the place in the list's order, encoded. */
import { z } from 'zod';
import type { Page } from '../store/accounts.ts';
import { CursorInvalid, type Logged, type LogPage } from '../store/log.ts';
import { refuseFields } from './problem.ts';

const MOST = 200;
const USUAL = 50;

export const pageQuery = {
  limit: z.coerce
    .number()
    .int(`must be a whole number from 1 to ${MOST}`)
    .min(1, `must be from 1 to ${MOST}`)
    .max(MOST, `must be from 1 to ${MOST}`)
    .default(USUAL)
    .meta({ description: 'How many at most' }),
  cursor: z.string().max(2_000).optional().meta({ description: '`next_cursor` of the page before' }),
};

// oxlint-disable-next-line no-control-regex -- no name holds them, and not every database takes them
export const PRINTABLE = /^[^\u0000-\u001f\u007f]*$/;

/** An id or a name that somebody looks for. */
export const sought = z.string().min(1).max(255).regex(PRINTABLE, 'holds what nobody can print');

/** A time that somebody looks from, in any zone. */
export const moment = z.iso.datetime({
  offset: true,
  error: 'must be a time such as 2026-11-23T08:00:00Z',
});

export const searchQuery = {
  search: z
    .string()
    .min(1)
    .max(100)
    .regex(PRINTABLE, 'holds what nobody can print')
    .optional()
    .meta({ description: 'Only what has this in it' }),
};

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    next_cursor: z.string().optional().meta({ description: 'Absent on the last page' }),
  });
}

interface Asked {
  limit: number;
  cursor?: string | undefined;
}

/** One more than is shown is asked for, to know whether there is more. @throws Refused where the cursor is none */
export function textPage({ limit, cursor }: Asked): Page {
  const after = decode(cursor);
  return { limit: limit + 1, ...(after !== undefined && { after }) };
}

/** The same of a list in the order of numbers. */
export function numberPage({ limit, cursor }: Asked): Page<number> {
  const text = decode(cursor);
  if (text === undefined) return { limit: limit + 1 };
  const after = Number(text);
  if (!Number.isSafeInteger(after)) throw badCursor();
  return { limit: limit + 1, after };
}

/** @param found as many as `textPage` asked for */
export function page<Item>(
  { limit }: Asked,
  found: readonly Item[],
  placeOf: (item: Item) => string | number,
  word: (item: Item) => unknown,
) {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const more = found.length > limit && last !== undefined;
  return {
    body: {
      items: shown.map(word),
      ...(more && { next_cursor: Buffer.from(String(placeOf(last))).toString('base64url') }),
    },
  };
}

/** Lists whose places the store names itself (store/log.ts): a page may be short, or empty, and not be the last. */
export async function logPage<Item>(
  { limit, cursor }: Asked,
  read: (page: LogPage) => Promise<Logged<Item>>,
  word: (item: Item) => unknown,
) {
  try {
    const { items, next } = await read({ limit, ...(cursor !== undefined && { cursor }) });
    return { body: { items: items.map(word), ...(next !== undefined && { next_cursor: next }) } };
  } catch (error) {
    throw error instanceof CursorInvalid ? badCursor() : error;
  }
}

/** How the document tells that. */
export const SHORT_PAGES =
  'Newest first. A page looks at a bounded part of the log: where few things match it may hold fewer than `limit`, even ' +
  'none, and still have a `next_cursor`, which goes on.';

function decode(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(text).toString('base64url') !== cursor || text.includes('\0')) throw badCursor();
  return text;
}

function badCursor() {
  const message = 'is no cursor of this list; take `next_cursor` of the page before, or leave it out';
  return refuseFields([{ in: 'query', pointer: '/cursor', message }]);
}
