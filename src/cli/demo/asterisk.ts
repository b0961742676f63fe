/** The demo's calls from a real Asterisk 22 with real phones, played by a small AMI server. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import { startAmiServer, type AmiSession } from './ami-server.ts';
import { LONGEST_SILENCE_MS, type DemoPbx } from './pbx.ts';
import { recordedCall } from './recorded-calls.ts';

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

async function play(
  recording: string,
  session: AmiSession,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (const { afterMs, events } of recordedCall(recording)) {
    await clock.sleep(Math.min(afterMs, LONGEST_SILENCE_MS), signal);
    if (signal.aborted) return;
    session.send(events);
  }
}
