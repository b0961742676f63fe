/**
 * Calls without end: a recorded call again and again, each with channels of its own and, outside, a number of its own;
 * many at a time.
 */
import { recordedEvents, startPbx, type Pbx } from '../support/live-pbx.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

/** With the outside party's number as it is recorded, and the beginning of its E.164 form. */
const SCENARIOS = [
  { name: '01-in-answered-caller-hangs-up', outside: '+358409401234', begins: '+35840' },
  { name: '03-in-caller-cancels-ringing', outside: '+358409401234', begins: '+35840' },
  { name: '07-two-devices-one-answers', outside: '+358409401234', begins: '+35840' },
  { name: '11-out-answered', outside: '0501112222', begins: '+35850' },
  { name: '14-internal-1001-to-1002-answered' },
];

/** A call with somebody outside, as it was told to whoever listened. */
export interface ToldCall {
  /** The outside party's number, this call's only. */
  remoteNumber: string;
  fromMs: number;
  /** Undefined while it lasts. */
  toMs?: number;
}

interface Playing {
  packets: string[];
  next: number;
  told?: ToldCall;
}

export interface EndlessPbx extends Pbx {
  calls: number;
  /** Those with somebody outside. */
  told: ToldCall[];
  /** Says the next packets of each call under way, and begins new ones up to `atOnce`. */
  turn(atOnce: number, random: () => number): void;
  /** Plays what is under way to its end. */
  finish(): void;
}

export async function startEndlessPbx(login: { username: string; secret: string }): Promise<EndlessPbx> {
  const pbx = await startPbx(login);
  const templates = SCENARIOS.map((scenario) => ({
    ...scenario,
    packets: recordedEvents(`${TRANSCRIPTS}asterisk/${scenario.name}/ami.raw`),
  }));
  const playing = new Set<Playing>();
  const advance = (call: Playing, count: number) => {
    pbx.say(call.packets.slice(call.next, call.next + count));
    call.next += count;
    if (call.next < call.packets.length) return;
    if (call.told !== undefined) call.told.toMs = Date.now();
    playing.delete(call);
  };
  const begin = ({ packets, outside, begins }: (typeof templates)[number]) => {
    endless.calls += 1;
    const call: Playing = { packets: renamed(packets, endless.calls), next: 0 };
    if (outside !== undefined) {
      const subscriber = String(1_000_000 + (endless.calls % 9_000_000));
      const number = outside.startsWith('+') ? `${begins}${subscriber}` : `050${subscriber}`;
      call.packets = call.packets.map((packet) => packet.replaceAll(outside, number));
      call.told = { remoteNumber: `${begins}${subscriber}`, fromMs: Date.now() };
      endless.told.push(call.told);
    }
    playing.add(call);
  };
  const endless: EndlessPbx = {
    ...pbx,
    calls: 0,
    told: [],
    turn(atOnce, random) {
      while (playing.size < atOnce) begin(templates[Math.floor(random() * templates.length)]!);
      for (const call of playing) advance(call, 1 + Math.floor(random() * 6));
    },
    finish() {
      for (const call of playing) advance(call, call.packets.length);
    },
  };
  return endless;
}

/** The same call with ids that no other call has, and with the time of now. */
function renamed(template: readonly string[], call: number): string[] {
  const now = (Date.now() / 1_000).toFixed(6);
  return template.map((packet) =>
    packet
      .replace(
        /pbx1-(\d+)\.(\d+)/g,
        (_, seconds: string, n: string) => `pbx1-${seconds}.${call * 100 + (Number(n) % 100)}`,
      )
      .replace(/-([0-9a-f]{8})(;\d)?$/gm, (_, hex: string, half = '') => {
        const number = (call * 100 + (Number.parseInt(hex, 16) % 100)) % 0xffffffff;
        return `-${number.toString(16).padStart(8, '0')}${half}`;
      })
      .replace(/^Timestamp: .*$/m, `Timestamp: ${now}`),
  );
}
