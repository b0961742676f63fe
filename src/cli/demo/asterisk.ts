/** The demo's calls from a real Asterisk 22 with real phones, played by a small AMI server. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../runtime/clock.ts';
import { readRecording } from '../playback/recording.ts';
import { startAmiServer, type AmiSession } from './ami-server.ts';
import { LONGEST_SILENCE_MS, type DemoPbx } from './pbx.ts';

const RECORDINGS = fileURLToPath(new URL('../../../test/transcripts/asterisk/', import.meta.url));

/** What is played, in this order. */
const SCENES = [
  ['01-in-answered-caller-hangs-up', 'A customer calls Matti; he answers; the customer hangs up.'],
  ['11-out-answered', 'Matti calls out.'],
  ['07-two-devices-one-answers', "Both of Matti's phones ring; he answers one."],
  ['09-queue-ringall-agent-1002-answers', 'A call to the support queue rings two agents; Liisa takes it.'],
  ['15-blind-transfer-refer', 'Matti takes a call and transfers it to Liisa.'],
] as const;

export async function startAsterisk(id: string, clock: Clock): Promise<DemoPbx> {
  const login = { username: 'callhook', secret: randomBytes(12).toString('base64url') };
  const subscribed = Promise.withResolvers<AmiSession>();
  const server = await startAmiServer({ ...login, subscribed: subscribed.resolve });
  const { port } = server;
  return {
    name: 'a recorded Asterisk',
    place: `AMI on 127.0.0.1:${port}`,
    source: {
      id,
      kind: 'ami',
      host: '127.0.0.1',
      port,
      tls: false,
      ...login,
      defaultDeviceType: 'DESKTOP',
    },
    deviceOf: (extension) => `PJSIP/${extension}`,
    numberOf: (extension) => `+35894272${extension}`,
    listened: subscribed.promise,
    scenes: SCENES.map(([recording, says]) => ({
      says,
      play: async (signal) => play(recording, await subscribed.promise, clock, signal),
    })),
    close: () => server.close(),
  };
}

/** Sends one scene's events of class `call`, as an Asterisk would whose client asked for that class only. */
async function play(
  recording: string,
  session: AmiSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const chunks = readRecording(`${RECORDINGS}${recording}/ami.raw`);
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
