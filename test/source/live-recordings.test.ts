/**
 * Recorded calls over real sockets, cut anyhow, with connections that break: through the source and ingest to the
 * messages.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Ingest } from '../../src/ingest/ingest.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { AmiSettings, Directory, EslSettings, ReadSourceSettings } from '../../src/policy/directory.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createAmiSource } from '../../src/source/ami/run.ts';
import { createEslSource } from '../../src/source/esl/run.ts';
import type { Source } from '../../src/source/source.ts';
import { assertContract, assertExpected, type Message } from '../support/expectation.ts';
import { startLiveFreeswitch } from '../support/live-freeswitch.ts';
import { startLivePbx } from '../support/live-pbx.ts';
import type { CommittedMessage } from '../../src/store/store.ts';
import { openTestStore } from '../support/store.ts';
import { directoryFor, freeswitchDirectory, transcriptsOf, type Expected } from '../support/transcripts.ts';

const keys = deriveKeys(new Uint8Array(32));
const log = createLogger('silent');
const TIMES = { firstRetryMs: 1, mostRetryMs: 1 };
const COMMON = { clock: systemClock, log, random: () => 0.5, times: TIMES };

/** A phone system that lives on whether it is listened to or not. */
interface Live {
  port: number;
  play(count: number, sizes: readonly number[]): unknown;
  left(): number;
  drop(): void;
  close(): Promise<void>;
}

interface System {
  folder: string;
  directory: Directory;
  start(recording: string): Promise<Live>;
  connect(settings: ReadSourceSettings): Source;
}

const LOGIN = { username: 'callhook', secret: 'secret' };

const SYSTEMS: readonly System[] = [
  {
    folder: 'asterisk',
    directory: directoryFor('PJSIP'),
    start: (recording) => startLivePbx(recording, LOGIN),
    connect: (settings) => createAmiSource({ settings: settings as AmiSettings, ...COMMON }),
  },
  {
    folder: 'freeswitch',
    directory: freeswitchDirectory(),
    start: (recording) => startLiveFreeswitch(recording, LOGIN.secret),
    connect: (settings) => createEslSource({ settings: settings as EslSettings, ...COMMON }),
  },
];

interface Break {
  /** Events that are heard before it. */
  after: number;
  /** Events that happen while nobody listens. */
  unheard: number;
}

/**
 * Plays a whole recording with these breaks.
 * @param ends the last break waits until so many legs have ended: Asterisk is asked for a caller's presentation meanwhile
 * @returns the messages, once no call is up any more
 */
async function live(
  { directory, start, connect }: System,
  recording: string,
  breaks: readonly Break[],
  sizes: readonly number[],
  ends = 0,
): Promise<Message[]> {
  const store = openTestStore(':memory:');
  const pbx = await start(recording);
  const stop = new AbortController();
  try {
    await store.directory.write(
      planChanges({ sources: [], organisations: [] }, directory, { prune: false }).changes,
    );
    const messages: Message[] = [];
    const allEnded = Promise.withResolvers<void>();
    const committed = (all: readonly CommittedMessage[]) => {
      messages.push(...all.map(({ body }) => JSON.parse(body) as Message));
      if (messages.filter(({ state }) => state === 'TERMINATED').length >= ends) allEnded.resolve();
    };
    const ingest = new Ingest({
      store,
      ids: keys.ids,
      clock: systemClock,
      log,
      committed,
    });
    const source = directory.sources[0] as ReadSourceSettings;
    const sink = await ingest.open(source, undefined, { state: () => {}, ignored: () => {} });
    let resynced = Promise.withResolvers<void>();
    const heard = {
      ...sink,
      alive: (legs: ReadonlySet<string>, atMs: number) => {
        resynced.resolve();
        return sink.alive(legs, atMs);
      },
    };
    const running = connect({ ...source, port: pbx.port }).run(heard, stop.signal);
    const nextResync = async () => {
      await resynced.promise;
      resynced = Promise.withResolvers();
    };
    await nextResync();
    for (const { after, unheard } of [...breaks, { after: pbx.left(), unheard: 0 }]) {
      pbx.play(after, sizes);
      if (ends > 0 && pbx.left() === 0) await allEnded.promise;
      pbx.drop();
      pbx.play(unheard, sizes);
      await nextResync();
    }
    stop.abort();
    await running;
    await ingest.close();
    return messages;
  } finally {
    stop.abort();
    await pbx.close();
    await store.close();
  }
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 10 });
const someBreaks = fc.array(fc.record({ after: fc.nat(12), unheard: fc.nat(6) }), { maxLength: 4 });

for (const system of SYSTEMS) {
  for (const { name, recordings, expected } of transcriptsOf(system.folder)) {
    const [recording] = recordings;
    const isWhole = recordings.length === 1 && !/-plain$|burst|no-timestamps/.test(name);
    if (recording === undefined || !isWhole) continue;

    test(`${name}: heard without a break, over a real socket and cut anyhow`, async () => {
      await fc.assert(
        fc.asyncProperty(chunkSizes, async (sizes) => {
          assertExpected(await live(system, recording, [], sizes, endsOf(expected)), expected);
        }),
        { numRuns: 2 },
      );
    });

    test(`${name}: however often the connection breaks, nothing is repeated, made up or left open`, async () => {
      await fc.assert(
        fc.asyncProperty(someBreaks, chunkSizes, async (breaks, sizes) => {
          const messages = await live(system, recording, breaks, sizes);
          assertContract(messages);
          assertNobodyElse(messages, expected);
        }),
        { numRuns: 4 },
      );
    });
  }
}

/** The legs that must be reported, and their ends. */
function endsOf({ legs = [] }: Expected): number {
  return legs.filter(({ optional, open }) => optional !== true && open !== true).length;
}

/** Each leg has its end, and is one that really was. */
function assertNobodyElse(messages: readonly Message[], expected: Expected): void {
  const legs = Map.groupBy(messages, ({ branch_id: branch }) => branch);
  for (const states of legs.values()) assert.equal(states.at(-1)?.state, 'TERMINATED');
  const users = [...legs.values()].map(([first]) => `user.${first?.local_user_id?.slice(5, 9)}`);
  const possible = expected.legs?.map(({ user }) => `user.${user}`) ?? [];
  for (const user of users) {
    assert.ok(possible.includes(user), `${user} had no call`);
    possible.splice(possible.indexOf(user), 1);
  }
}
