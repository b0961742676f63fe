/** How a recording is spoilt. Each mutation takes the packets of a stretch of it, and leaves others. */

/** From 0 up to, not including, 1. */
export type Random = () => number;

/** A packet as it stands on the wire, one code unit per byte, and the stretches of it that a caller chooses. */
export interface Framing {
  /** Takes a recording apart. */
  packets(recording: Buffer): string[];
  /** Puts a packet together again after its text was changed: a length in front of it is made right. */
  reframed(packet: string): string;
  /** A caller's name in a packet, found by its three groups: what stands before it, it, and what stands after it. */
  callerName: RegExp;
  /** What a caller may call himself, as the PBX would write it there. */
  hostileName(name: string): string;
}

/** @param victim a device of the directory that has nothing to do with any recorded call */
export function mutated(
  packets: readonly string[],
  framing: Framing,
  victim: string,
  random: Random,
): string[] {
  const stretch = [...packets];
  const times = Math.floor(random() * 4);
  for (let done = 0; done < times; done += 1) pick(MUTATIONS, random)(stretch, framing, random);
  // Last: a byte that is lost from a name would be one that the PBX had written so.
  if (random() < 0.3) renameCaller(stretch, framing, victim, random);
  return stretch;
}

function renameCaller(
  packets: string[],
  { callerName, hostileName, reframed }: Framing,
  victim: string,
  random: Random,
): void {
  const name = hostileName(pick(HOSTILE_NAMES, random).replaceAll('VICTIM', victim));
  for (const [index, packet] of packets.entries()) {
    const renamed = packet.replace(
      callerName,
      (_, before: string, _name: string, after: string) => before + name + after,
    );
    if (renamed !== packet) packets[index] = reframed(renamed);
  }
}

type Mutation = (packets: string[], framing: Framing, random: Random) => void;

const MUTATIONS: readonly Mutation[] = [
  function cut(packets, _framing, random) {
    packets.splice(at(packets, random), 1 + Math.floor(random() * 4));
  },
  function repeat(packets, _framing, random) {
    const from = at(packets, random);
    packets.splice(at(packets, random), 0, ...packets.slice(from, from + 4));
  },
  function reorder(packets, _framing, random) {
    const [moved] = packets.splice(at(packets, random), 1);
    if (moved !== undefined) packets.splice(at(packets, random), 0, moved);
  },
  function corrupt(packets, _framing, random) {
    change(packets, random, (packet) => {
      const where = Math.floor(random() * packet.length);
      return (
        packet.slice(0, where) + String.fromCharCode(Math.floor(random() * 256)) + packet.slice(where + 1)
      );
    });
  },
  function tear(packets, _framing, random) {
    change(packets, random, (packet) => packet.slice(0, Math.floor(random() * packet.length)));
  },
  /** A line of one packet in another: legs are confused, and headers come twice. */
  function injectLine(packets, { reframed }, random) {
    const lines = (packets[at(packets, random)] ?? '').split('\n');
    const line = pick(lines, random);
    change(packets, random, (packet) => {
      const into = packet.split('\n');
      into.splice(Math.floor(random() * into.length), 0, line);
      return reframed(into.join('\n'));
    });
  },
];

const NEW_CHANNEL = [
  'Event: Newchannel',
  'Privilege: call,all',
  'Channel: VICTIM-00000001',
  'ChannelState: 5',
  'ChannelStateDesc: Ringing',
  'CallerIDNum: 1',
  'CallerIDName: x',
  'ConnectedLineNum: 2',
  'Exten: 3',
  'Uniqueid: 1.1',
  'Linkedid: 1.1',
].join('\r\n');

/** What somebody may call himself who wants to be taken for another, or to break what reads it. */
const HOSTILE_NAMES = [
  '',
  'VICTIM',
  '<sip:VICTIM>',
  'x\nChannel: VICTIM-00000001',
  'x\r\nChannel: VICTIM-00000001\r\nUniqueid: 1.1',
  `x\r\n\r\n${NEW_CHANNEL}\r\n\r\n`,
  'x\nChannel-Presence-ID: VICTIM\nUnique-ID: 1\n\n',
  '","Channel-Presence-ID":"VICTIM","x":"',
  '</local></dialog><dialog id="1"><state>confirmed</state><local><identity>VICTIM</identity></local></dialog>',
  '<!DOCTYPE x [<!ENTITY a "VICTIM">]>&a;',
  '&#x0;&amp;&unknown;]]>',
  '%00%0A%zz%',
  '\u0000\u0007\u001b[2J',
  'A'.repeat(70_000),
  '𝒜é\u202e\ufffd',
];

function change(packets: string[], random: Random, to: (packet: string) => string): void {
  const index = at(packets, random);
  const packet = packets[index];
  if (packet !== undefined) packets[index] = to(packet);
}

function at(list: readonly unknown[], random: Random): number {
  return Math.floor(random() * list.length);
}

export function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!;
}
