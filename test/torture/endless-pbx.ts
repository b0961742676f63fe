/** Calls without end: a recorded call again and again, each with channels of its own, many at a time. */
import { recordedEvents, startPbx, type Pbx } from '../support/live-pbx.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

const SCENARIOS = [
  '01-in-answered-caller-hangs-up',
  '03-in-caller-cancels-ringing',
  '07-two-devices-one-answers',
  '11-out-answered',
  '14-internal-1001-to-1002-answered',
];

interface Playing {
  packets: string[];
  next: number;
}

export interface EndlessPbx extends Pbx {
  calls: number;
  /** Says the next packets of each call under way, and begins new ones up to `atOnce`. */
  turn(atOnce: number, random: () => number): void;
  /** Plays what is under way to its end. */
  finish(): void;
}

export async function startEndlessPbx(login: { username: string; secret: string }): Promise<EndlessPbx> {
  const pbx = await startPbx(login);
  const templates = SCENARIOS.map((name) => recordedEvents(`${TRANSCRIPTS}asterisk/${name}/ami.raw`));
  const playing = new Set<Playing>();
  const advance = (call: Playing, count: number) => {
    pbx.say(call.packets.slice(call.next, call.next + count));
    call.next += count;
    if (call.next >= call.packets.length) playing.delete(call);
  };
  const endless: EndlessPbx = {
    ...pbx,
    calls: 0,
    turn(atOnce, random) {
      while (playing.size < atOnce) {
        endless.calls += 1;
        const template = templates[Math.floor(random() * templates.length)]!;
        playing.add({ packets: renamed(template, endless.calls), next: 0 });
      }
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
