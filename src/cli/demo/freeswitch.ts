/** The demo's calls from a real FreeSWITCH 1.10 with real phones, played by a small Event Socket server. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../runtime/clock.ts';
import { SUBSCRIBED_EVENTS } from '../../source/esl/run.ts';
import { startEslServer, type EslSession } from './esl-server.ts';
import { LONGEST_SILENCE_MS, type DemoPbx } from './pbx.ts';
import { recordedEvents } from './recorded-events.ts';

const RECORDINGS = fileURLToPath(new URL('../../../test/transcripts/freeswitch/', import.meta.url));

/** What is played, in this order. */
const SCENES = [
  ['01-in-answered-caller-hangup', 'A customer calls Matti; he answers; the customer hangs up.'],
  ['18-out-answered', 'Matti calls out.'],
  ['07-in-fork-two-registrations', "Both of Matti's phones ring; he answers one."],
  ['10-ring-group-1002-answers', 'A call to the support group rings two phones; Liisa takes it.'],
  ['26-blind-transfer-by-callee', 'Matti takes a call and transfers it to Liisa.'],
] as const;

export async function startFreeswitch(id: string, clock: Clock): Promise<DemoPbx> {
  const password = randomBytes(12).toString('base64url');
  const subscribed = Promise.withResolvers<EslSession>();
  const server = await startEslServer({ password, subscribed: subscribed.resolve });
  const { port } = server;
  return {
    name: 'a recorded FreeSWITCH',
    place: `Event Socket on 127.0.0.1:${port}`,
    source: { id, kind: 'esl', host: '127.0.0.1', port, secret: password, defaultDeviceType: 'DESKTOP' },
    deviceOf: (extension) => `${extension}@pbx.example.com`,
    numberOf: (extension) => `+3589427${extension}`,
    listened: subscribed.promise,
    scenes: SCENES.map(([recording, says]) => ({
      says,
      play: async (signal) => play(recording, await subscribed.promise, clock, signal),
    })),
    close: () => server.close(),
  };
}

/** Sends one scene's events, as a FreeSWITCH would whose client asked for those only. */
async function play(
  recording: string,
  session: EslSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let lastMs: number | undefined;
  for (const { name, bytes, atMs } of recordedEvents(`${RECORDINGS}${recording}/esl.raw.gz`)) {
    if (!SUBSCRIBED_EVENTS.includes(name)) continue;
    // Over several channels the times run back now and then.
    if (lastMs !== undefined && atMs > lastMs) {
      await clock.sleep(Math.min(atMs - lastMs, LONGEST_SILENCE_MS), signal);
    }
    lastMs = Math.max(lastMs ?? 0, atMs);
    if (signal.aborted) return;
    session.send(bytes);
  }
}
