/** An Asterisk of an office where the phones never stop ringing: recorded calls, one after another, each made fresh. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';
import type { AmiSettings } from '../../policy/directory.ts';
import { response, startAmiServer, type AmiSession } from './ami-server.ts';
import { freshCall, recordedCall, type OtherNumbers, type RecordedMoment } from './recorded-calls.ts';

const RECORDINGS = [
  '01-in-answered-caller-hangs-up',
  '07-two-devices-one-answers',
  '11-out-answered',
  '03-in-caller-cancels-ringing',
  '09-queue-ringall-agent-1002-answers',
  '15-blind-transfer-refer',
  '04-in-callee-rejects-486',
];

/** The office's numbers in the recordings. */
export const RECORDED_OFFICE = '+35894272';
const RECORDED_CALLER = '+358409401234';
const RECORDED_CALLED = '0501112222';

/** Between the beginnings of two calls. */
const PAUSE_MS = { least: 2_500, most: 6_500 };
/** Recorded calls are short: what took longer than a blink takes up to so many times as long. */
const MOST_STRETCHED = 4;
const BLINK_MS = 400;
const LONGEST_SILENCE_MS = 8_000;

export interface BusyAsterisk {
  source: AmiSettings;
  /** Rings until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @param office how its public numbers begin, in place of the recorded ones */
export async function startBusyAsterisk(id: string, office: string, clock: Clock): Promise<BusyAsterisk> {
  const login = { username: 'callhook', secret: randomBytes(12).toString('base64url') };
  const sessions = new Set<AmiSession>();
  const listened = Promise.withResolvers<void>();
  const server = await startAmiServer({
    ...login,
    answer: (headers) =>
      headers.get('Action') === 'CoreSettings'
        ? response('Success', 'AMIversion: 11.0.0', 'AsteriskVersion: 22.10.1 (recorded)')
        : undefined,
    subscribed(session) {
      sessions.add(session);
      listened.resolve();
    },
  });
  const calls = RECORDINGS.map(recordedCall);
  let channels = 0;
  const play = async (call: readonly RecordedMoment[], signal: AbortSignal) => {
    const fresh = freshCall(numbersOf(office), () => (channels += 1));
    const stretch = 1 + randomInt(MOST_STRETCHED * 10) / 10;
    for (const { afterMs, events } of call) {
      const waitMs = afterMs < BLINK_MS ? afterMs : Math.min(afterMs * stretch, LONGEST_SILENCE_MS);
      await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      const said = fresh(events, clock.nowMs());
      for (const session of sessions) session.send(said);
    }
  };
  return {
    source: {
      id,
      kind: 'ami',
      host: '127.0.0.1',
      port: server.port,
      tls: false,
      ...login,
      defaultDeviceType: 'DESKTOP',
    },
    async run(signal) {
      signal.addEventListener('abort', () => listened.resolve(), { once: true });
      await listened.promise;
      const playing = new Set<Promise<void>>();
      for (let turn = randomInt(calls.length); !signal.aborted; turn += 1) {
        const call = play(calls[turn % calls.length]!, signal);
        playing.add(call);
        void call.then(() => playing.delete(call));
        await clock.sleep(randomInt(PAUSE_MS.least, PAUSE_MS.most), signal);
      }
      await Promise.all(playing);
    },
    close: () => server.close(),
  };
}

/** The office keeps its numbers; who calls and who is called differs from call to call. */
function numbersOf(office: string): OtherNumbers {
  const someone = String(randomInt(10, 100));
  return [
    [RECORDED_OFFICE, office],
    [RECORDED_CALLER, `${RECORDED_CALLER.slice(0, -2)}${someone}`],
    [RECORDED_CALLED, `${RECORDED_CALLED.slice(0, -2)}${someone}`],
  ];
}
