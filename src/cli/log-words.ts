/** How the log is written for a person at a terminal. Times are UTC, as in the messages themselves. */
import { InvalidArgumentError } from 'commander';
import type { Logged, LogPage } from '../store/log.ts';

/** `2026-11-23 12:30:01Z` */
export function dateTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** `12:30:01.315` */
export function clockTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23);
}

/** @throws InvalidArgumentError */
export function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000) return limit;
  throw new InvalidArgumentError('Write a number from 1 to 1000.');
}

export function writeOut(json: boolean | undefined, value: unknown, lines: () => Iterable<string>): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${[...lines()].join('\n')}\n`);
}

/** Pages of what is rare have few items each: reads on until there are enough. */
export async function collect<Item>(
  limit: number,
  read: (page: LogPage) => Promise<Logged<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let page: LogPage | undefined = { limit };
  while (page !== undefined) {
    const { items: more, next }: Logged<Item> = await read(page);
    items.push(...more);
    const missing = limit - items.length;
    page = next === undefined || missing === 0 ? undefined : { limit: missing, cursor: next };
  }
  return items;
}
