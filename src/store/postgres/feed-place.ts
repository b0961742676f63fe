/** A place in the feed of the shared database, as text. Nobody can tell us one that PostgreSQL cannot read. */
import type { Spot } from '../feed-rows.ts';

export interface FeedPlace {
  epoch: string;
  /** When it was named. */
  atMs: number;
  /** A `pg_snapshot`: whatever it sees is behind us. */
  from: string;
  /** Within a reading that saw more than `from`, as far as this. */
  among?: Spot & { to: string };
}

const PLACE = /^([\w-]{1,40})\.(\d{1,15})\.([\d:,]{5,20000})(?:\.([\d:,]{5,20000})\.(\d{1,15})\.(\d{1,9}))?$/;

export function encodePlace({ epoch, atMs, from, among }: FeedPlace): string {
  const within = among === undefined ? [] : [among.to, among.id, among.told];
  return [epoch, Math.round(atMs), from, ...within].join('.');
}

export function decodePlace(text: string): FeedPlace | undefined {
  const [, epoch, atMs, from, to, id, told] = PLACE.exec(text) ?? [];
  if (epoch === undefined || from === undefined || !isSnapshot(from)) return undefined;
  const place = { epoch, atMs: Number(atMs), from };
  if (to === undefined) return place;
  return isSnapshot(to) ? { ...place, among: { to, id: Number(id), told: Number(told) } } : undefined;
}

const MOST = 2n ** 63n;

/** `xmin:xmax:xip,xip`: growing, each at least xmin and below xmax. */
function isSnapshot(text: string): boolean {
  const [, first, end, under = ''] = /^(\d{1,19}):(\d{1,19}):(\d{1,19}(?:,\d{1,19})*)?$/.exec(text) ?? [];
  if (first === undefined || end === undefined) return false;
  const [xmin, xmax] = [BigInt(first), BigInt(end)];
  const running = under === '' ? [] : under.split(',').map(BigInt);
  const grows = running.every((xid, nth) => nth === 0 || xid > running[nth - 1]!);
  return (
    xmin > 0n && xmin <= xmax && xmax < MOST && grows && running.every((xid) => xid >= xmin && xid < xmax)
  );
}
