/**
 * One AMI packet, read by position.
 *
 * Why by position: Asterisk writes a caller's number as it came in SIP. With `%0d%0a` in the From user part a
 * caller puts raw line breaks into `CallerIDNum`, `ConnectedLineNum` and through them whole header lines, even
 * whole events, into the stream (seen with 18.26 and 22.10). But Asterisk always writes a channel as one block of
 * headers in one order, and such a number is cut at 80 characters, too few to hold a block. So a channel is
 * only read from a complete block, and whatever stands between two of its keys is the value of the first.
 */

/** A channel as a block of headers describes it. Values are as Asterisk wrote them, line breaks included. */
export interface ChannelBlock {
  name: string;
  /** Asterisk's `ast_channel_state`: 0 Down, 4 Ring, 5 Ringing, 6 Up … */
  state: number;
  callerNumber: string;
  connectedNumber: string;
  exten: string;
  uniqueid: string;
  linkedid: string;
}

export interface AmiPacket {
  kind: 'event' | 'response';
  /** `Newstate`, `Hangup` …; for a response `Success`, `Error` … */
  name: string;
  /** The event's first channel block. */
  channel?: ChannelBlock;
  /** The block of the dialled channel (`Dest…`). */
  dest?: ChannelBlock;
  /** The blocks of other roles, by what stands before their keys (`SecondTransferer`). */
  others?: ReadonlyMap<string, ChannelBlock>;
  /** Headers outside the blocks, the first of each name. Those after a block may have been written by a caller. */
  fields: ReadonlyMap<string, string>;
}

/** `open`: the packet is not whole, the blank line belongs to a value. `broken`: not what Asterisk writes. */
export type Reading = AmiPacket | 'open' | 'broken';

/** The headers behind `ChannelStateDesc`, in Asterisk's order (manager_channels.c). `?`: not in every version. */
const BLOCK_TAIL = [
  { key: 'CallerIDNum', free: true },
  { key: 'CallerIDName', free: false },
  { key: 'ConnectedLineNum', free: true },
  { key: 'ConnectedLineName', free: false },
  { key: 'Language', free: false, optional: true },
  { key: 'AccountCode', free: false },
  { key: 'Context', free: false },
  { key: 'Exten', free: true },
  { key: 'Priority', free: false },
  { key: 'Uniqueid', free: false },
  { key: 'Linkedid', free: false, optional: true },
] as const satisfies readonly { key: string; free: boolean; optional?: boolean }[];

/** More than any number that Asterisk passes on (80), so that a forged beginning cannot swallow a real event. */
const MAX_FREE_CHARS = 160;

/** @param text one packet without the blank line that ends it */
export function readPacket(text: string): Reading {
  const lines = text.split('\r\n');
  const [kind, name] = splitHeader(lines[0] ?? '');
  if (kind === 'Response') return { kind: 'response', name, fields: readFields(lines, 1) };
  if (kind !== 'Event') return 'broken';
  // Every real event has its class as second header; an answer to a list action has its ActionID there.
  const second = splitHeader(lines[1] ?? '')[0];
  if (second !== 'Privilege' && second !== 'ActionID') return 'broken';

  const fields = new Map<string, string>();
  const blocks = new Map<string, ChannelBlock>();
  for (let at = 1; at < lines.length; at += 1) {
    const [key, value] = splitHeader(lines[at] ?? '');
    const prefix = key.endsWith('Channel') ? key.slice(0, -'Channel'.length) : undefined;
    if (prefix !== undefined && beginsBlock(lines, at, prefix)) {
      const block = readBlock(lines, at, prefix);
      if (typeof block === 'string') return block;
      if (!blocks.has(prefix)) blocks.set(prefix, block.channel);
      at = block.lastLine;
    } else if (!fields.has(key)) {
      fields.set(key, value);
    }
  }
  const packet: AmiPacket = { kind: 'event', name, fields };
  const channel = blocks.get('');
  const dest = blocks.get('Dest');
  if (channel !== undefined) packet.channel = channel;
  if (dest !== undefined) packet.dest = dest;
  blocks.delete('');
  blocks.delete('Dest');
  if (blocks.size > 0) packet.others = blocks;
  return packet;
}

/** `Timestamp: 1795401476.358646`, there with `timestampevents=yes`. */
export function eventTimeMs(packet: AmiPacket): number | undefined {
  const seconds = packet.fields.get('Timestamp');
  if (seconds === undefined || !/^\d{9,11}\.\d+$/.test(seconds)) return undefined;
  return Math.floor(Number(seconds) * 1000);
}

function readFields(lines: readonly string[], from: number): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines.slice(from)) {
    const [key, value] = splitHeader(line);
    if (!fields.has(key)) fields.set(key, value);
  }
  return fields;
}

/** A value may hold further colons; a line without any is all key. */
function splitHeader(line: string): [key: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const start = line[colon + 1] === ' ' ? colon + 2 : colon + 1;
  return [line.slice(0, colon), line.slice(start)];
}

function beginsBlock(lines: readonly string[], at: number, prefix: string): boolean {
  return (
    (lines[at + 1]?.startsWith(`${prefix}ChannelState: `) ?? false) &&
    (lines[at + 2]?.startsWith(`${prefix}ChannelStateDesc: `) ?? false) &&
    (lines[at + 3]?.startsWith(`${prefix}CallerIDNum: `) ?? false)
  );
}

function readBlock(
  lines: readonly string[],
  at: number,
  prefix: string,
): { channel: ChannelBlock; lastLine: number } | 'open' | 'broken' {
  const tail = matchTail(lines, at + 3, prefix, 0);
  if (typeof tail === 'string') return tail;
  const value = (key: string) => tail.values.get(key) ?? '';
  const uniqueid = value('Uniqueid');
  const channel: ChannelBlock = {
    name: splitHeader(lines[at] ?? '')[1],
    state: Number(splitHeader(lines[at + 1] ?? '')[1]),
    callerNumber: value('CallerIDNum'),
    connectedNumber: value('ConnectedLineNum'),
    exten: value('Exten'),
    uniqueid,
    linkedid: value('Linkedid') || uniqueid,
  };
  return { channel, lastLine: tail.lastLine };
}

interface Tail {
  values: Map<string, string>;
  lastLine: number;
}

/**
 * Matches the tail of a block from the key `step` on, which is expected at line `at`. A free value goes on over
 * as many lines as it takes until all the rest matches, so a key that a caller wrote is passed over.
 */
function matchTail(
  lines: readonly string[],
  at: number,
  prefix: string,
  step: number,
): Tail | 'open' | 'broken' {
  const expected = BLOCK_TAIL[step];
  if (expected === undefined) return { values: new Map(), lastLine: at - 1 };
  const optional = 'optional' in expected;
  const line = lines[at];
  if (line === undefined) return optional ? matchTail(lines, at, prefix, step + 1) : 'open';
  const start = `${prefix}${expected.key}: `;
  if (!line.startsWith(start)) return optional ? matchTail(lines, at, prefix, step + 1) : 'broken';

  let value = line.slice(start.length);
  let next = at + 1;
  for (;;) {
    const rest = matchTail(lines, next, prefix, step + 1);
    if (typeof rest !== 'string') {
      rest.values.set(expected.key, value);
      return rest;
    }
    if (!expected.free) return rest;
    const more = lines[next];
    if (more === undefined) return 'open';
    value += `\r\n${more}`;
    if (value.length > MAX_FREE_CHARS) return 'broken';
    next += 1;
  }
}
