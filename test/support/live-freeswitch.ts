/**
 * A FreeSWITCH for tests that lives on whether somebody listens or not: it plays a recording's events to whoever has
 * asked for some, cut anyhow, and answers `show channels` and `uuid_dump` with the channels that are up at that moment.
 */
import { response, startEslServer, type EslSession } from '../../src/cli/demo/esl-server.ts';
import { recordedEvents } from '../../src/cli/demo/recorded-events.ts';
import { list, row, type Headers } from './esl.ts';
import { piecesOf } from './live-pbx.ts';

export interface LiveFreeswitch {
  port: number;
  /** Plays the next events. @param sizes of the pieces that they are cut into, over and over */
  play(count: number, sizes: readonly number[]): void;
  left(): number;
  drop(): void;
  close(): Promise<void>;
}

export async function startLiveFreeswitch(recording: string, password: string): Promise<LiveFreeswitch> {
  const events = recordedEvents(recording);
  /** As they were born, and as they are now. */
  const up = new Map<string, { born: Headers; now: Record<string, unknown> }>();
  const listening = new Set<EslSession>();
  let next = 0;

  const server = await startEslServer({
    password,
    answer: (command) => {
      if (command === 'api show channels as json') {
        const rows = [...up.values()].map(({ born, now }) => row(born, String(now['Channel-Call-State'])));
        return response(list(rows));
      }
      const uuid = /^api uuid_dump (\S+) json$/.exec(command)?.[1];
      const channel = uuid === undefined ? undefined : up.get(uuid);
      return channel && response(JSON.stringify({ ...channel.now, 'Event-Name': 'CHANNEL_DATA' }));
    },
    subscribed: (session) => void listening.add(session),
  });

  /** Keeps the channels as FreeSWITCH would. */
  const remember = ({ name, body }: (typeof events)[number]) => {
    const headers = JSON.parse(body) as Record<string, unknown>;
    const uuid = String(headers['Unique-ID']);
    if (name === 'CHANNEL_CREATE') up.set(uuid, { born: headers as Headers, now: headers });
    const channel = up.get(uuid);
    if (channel === undefined) return;
    const before = channel.now;
    // These two carry no variables.
    channel.now = name === 'CHANNEL_CALLSTATE' ? { ...before, ...headers } : headers;
    if (name === 'CHANNEL_ANSWER') channel.now['Channel-Call-State'] = 'ACTIVE';
    if (name === 'CHANNEL_HANGUP_COMPLETE') up.delete(uuid);
  };

  return {
    port: server.port,
    play(count, sizes) {
      const batch = events.slice(next, next + count);
      next += batch.length;
      for (const event of batch) remember(event);
      const bytes = Buffer.concat(batch.map((event) => event.bytes));
      for (const piece of piecesOf(bytes, sizes)) for (const session of listening) session.send(piece);
    },
    left: () => events.length - next,
    drop() {
      for (const session of listening) session.sayGoodbye();
      listening.clear();
    },
    close: () => server.close(),
  };
}
