/** The demo's calls: recorded from a real Asterisk 22 with real phones, played at their recorded pace. */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../runtime/clock.ts';
import { readRecording } from '../playback/recording.ts';
import type { AmiSession } from './ami-server.ts';

const RECORDINGS = fileURLToPath(new URL('../../../test/transcripts/asterisk/', import.meta.url));

/** What is played, in this order, each with a sentence for whoever watches. */
export const SCENES = [
  {
    recording: '01-in-answered-caller-hangs-up',
    says: 'A customer calls Matti; he answers; the customer hangs up.',
  },
  { recording: '11-out-answered', says: 'Matti calls out.' },
  { recording: '07-two-devices-one-answers', says: "Both of Matti's phones ring; he answers one." },
  {
    recording: '09-queue-ringall-agent-1002-answers',
    says: 'A call to the support queue rings two agents; Liisa takes it.',
  },
  { recording: '15-blind-transfer-refer', says: 'Matti takes a call and transfers it to Liisa.' },
] as const;

export type Scene = (typeof SCENES)[number];

/** Longer silences of the recording are cut to this. */
const LONGEST_SILENCE_MS = 2_000;

/** Sends one scene's events of class `call`, as an Asterisk would whose client asked for that class only. */
export async function playScene(
  scene: Scene,
  session: AmiSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const chunks = readRecording(`${RECORDINGS}${scene.recording}/ami.raw`);
  let lastMs: number | undefined;
  for (const { bytes, atMs } of chunks) {
    const events = eventsOfClassCall(Buffer.from(bytes).toString('utf8'));
    if (events === '') continue;
    if (atMs !== undefined && lastMs !== undefined) {
      await clock.sleep(Math.min(atMs - lastMs, LONGEST_SILENCE_MS), signal);
    }
    lastMs = atMs;
    if (signal.aborted) return;
    session.send(events);
  }
}

/** The recordings hold every class; none of the demo's has a caller with line breaks in the number. */
function eventsOfClassCall(text: string): string {
  return text
    .split('\r\n\r\n')
    .filter((packet) => /^Event: \w+\r\nPrivilege: call,/.test(packet))
    .map((packet) => `${packet}\r\n\r\n`)
    .join('');
}
