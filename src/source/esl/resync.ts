/**
 * One list of the live channels (`show channels as json`), and what happened while FreeSWITCH wrote it.
 *
 * The list comes out of a database that FreeSWITCH writes with some delay: a channel of this moment may be missing, one
 * that is gone may still be there. So each channel that the list and the events do not agree on is asked for by itself
 * (`uuid_dump`), which is answered from the channel as it is.
 */
import type { LegState } from '../../call/leg-event.ts';
import { parseJson, type Fields } from './packet.ts';

/** One row of the list: what it tells, by the names that events have for it. */
export interface ListedChannel {
  uuid: string;
  fields: Fields;
}

/** The channel as it is; or there is none of that name. */
export type Detail = Fields | 'gone';

export class Resync {
  readonly #born = new Set<string>();
  readonly #ended = new Set<string>();

  born(uuid: string): void {
    this.#born.add(uuid);
  }

  ended(uuid: string): void {
    this.#ended.add(uuid);
  }

  unsure(listed: readonly ListedChannel[], known: ReadonlySet<string>): string[] {
    const names = new Set(listed.map(({ uuid }) => uuid));
    return [
      ...[...names].filter((uuid) => !known.has(uuid) && !this.#ended.has(uuid)),
      ...[...known].filter((uuid) => !names.has(uuid) && !this.#born.has(uuid)),
    ];
  }

  /**
   * The channels that are up, callers first: what those withhold must be known before the legs that they ring say a
   * word. What is known of a channel itself counts more than its row.
   */
  up(listed: readonly ListedChannel[], details: ReadonlyMap<string, Detail>): ListedChannel[] {
    const rows = new Map(listed.map(({ uuid, fields }) => [uuid, fields]));
    const up: ListedChannel[] = [];
    for (const uuid of new Set([...rows.keys(), ...details.keys()])) {
      const detail = details.get(uuid);
      if (detail === 'gone' || this.#ended.has(uuid)) continue;
      up.push({ uuid, fields: together(rows.get(uuid), detail) });
    }
    const isInbound = ({ fields }: ListedChannel) => fields.get('Call-Direction') !== 'outbound';
    return [...up.filter(isInbound), ...up.filter((one) => !isInbound(one))];
  }

  /** All channels that are up, also those born meanwhile. */
  alive(up: readonly ListedChannel[]): Set<string> {
    const born = [...this.#born].filter((uuid) => !this.#ended.has(uuid));
    return new Set([...up.map(({ uuid }) => uuid), ...born]);
  }
}

function together(row: Fields | undefined, detail: Exclude<Detail, 'gone'> | undefined): Fields {
  if (row === undefined || detail === undefined) return detail ?? row ?? new Map();
  const fields = new Map([...row, ...detail]);
  // What was dialled first; a transfer changes it in the channel.
  const dialled = row.get('Caller-Destination-Number');
  if (dialled !== undefined) fields.set('Caller-Destination-Number', dialled);
  // The row only guesses whom the channel was made for.
  if (!detail.has('Other-Leg-Unique-ID')) fields.delete('Other-Leg-Unique-ID');
  if (!detail.has('Other-Type')) fields.delete('Other-Type');
  return fields;
}

/** How far a channel is that was not followed from its birth; undefined where it is ending. */
export function stateNow(isInbound: boolean, fields: Fields): LegState | undefined {
  const callState = fields.get('Channel-Call-State');
  // Once answered it may "ring" again: whom a menu or a transfer leads on.
  if (callState !== 'HANGUP' && fields.get('Answer-State') === 'answered') return 'CONFIRMED';
  switch (callState) {
    case 'ACTIVE':
    case 'HELD':
    case 'UNHELD':
      return 'CONFIRMED';
    case 'EARLY':
      return 'EARLY';
    case 'RINGING':
    case 'RING_WAIT':
      // A caller's channel is "ringing" from the start; whether the far end rings is told by the time of it.
      return !isInbound || hasHappened(fields.get('Caller-Channel-Progress-Time')) ? 'EARLY' : 'TRYING';
    case 'HANGUP':
      return undefined;
    default:
      return 'TRYING';
  }
}

function hasHappened(time: string | undefined): boolean {
  return time !== undefined && time !== '0';
}

/**
 * The answer to `show channels as json`. Without any channel it has no rows at all.
 * @returns undefined for what is no such answer (also a list of something else)
 */
export function readList(body: string): ListedChannel[] | undefined {
  const read = parseJson(body);
  if (typeof read !== 'object' || read === null || !('row_count' in read)) return undefined;
  const rows = 'rows' in read ? read.rows : [];
  if (!Array.isArray(rows)) return undefined;
  const listed: ListedChannel[] = [];
  for (const row of rows as unknown[]) {
    if (typeof row !== 'object' || row === null || !('callstate' in row) || 'b_uuid' in row) return undefined;
    const fields = fieldsOf(row);
    const uuid = fields.get('Unique-ID');
    if (uuid !== undefined) listed.push({ uuid, fields });
  }
  return listed;
}

function fieldsOf(row: Readonly<Partial<Record<string, unknown>>>): Fields {
  const isInbound = row['direction'] !== 'outbound';
  const isMadeForOther = !isInbound && row['call_uuid'] !== row['uuid'];
  const written: readonly (readonly [string, unknown])[] = [
    ['Unique-ID', row['uuid']],
    ['Call-Direction', row['direction']],
    ['Channel-Name', row['name']],
    ['Channel-Presence-ID', row['presence_id']],
    ['Channel-Call-State', row['callstate']],
    ['Caller-Caller-ID-Number', row['initial_cid_num'] ?? row['cid_num']],
    ['Caller-Callee-ID-Number', isInbound ? undefined : (row['initial_dest'] ?? row['callee_num'])],
    ['Caller-Destination-Number', row['initial_dest'] ?? row['dest']],
    ['Other-Leg-Unique-ID', isMadeForOther ? row['call_uuid'] : undefined],
    ['Other-Type', isMadeForOther ? 'originator' : undefined],
  ];
  return new Map(
    written.flatMap(([header, value]) =>
      typeof value === 'string' && value !== '' ? [[header, value] as const] : [],
    ),
  );
}
