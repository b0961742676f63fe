/**
 * Recorded calls over real sockets, cut anyhow, with connections that break: through the source and ingest to the
 * messages.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Ingest } from '../../src/ingest/ingest.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { EslSettings } from '../../src/policy/directory.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createEslSource } from '../../src/source/esl/run.ts';
import { assertContract, assertExpected, type Message } from '../support/expectation.ts';
import { startLiveFreeswitch } from '../support/live-freeswitch.ts';
import { openTestStore } from '../support/store.ts';
import { freeswitchDirectory, transcriptsOf } from '../support/transcripts.ts';

const keys = deriveKeys(new Uint8Array(32));
const log = createLogger('silent');

interface Break {
  /** Events that are heard before it. */
  after: number;
  /** Events that happen while nobody listens. */
  unheard: number;
}

/** Plays a whole recording with these breaks. @returns the messages, once no call is up any more */
async function live(
  recording: string,
  breaks: readonly Break[],
  sizes: readonly number[],
): Promise<Message[]> {
  const store = openTestStore(':memory:');
  const pbx = await startLiveFreeswitch(recording, 'secret');
  const stop = new AbortController();
  try {
    const directory = freeswitchDirectory();
    await store.directory.write(
      planChanges({ sources: [], organisations: [] }, directory, { prune: false }).changes,
    );
    const messages: Message[] = [];
    const ingest = new Ingest({
      store,
      ids: keys.ids,
      clock: systemClock,
      log,
      committed: (all) => messages.push(...all.map(({ body }) => JSON.parse(body) as Message)),
    });
    const source = directory.sources[0] as EslSettings;
    const sink = await ingest.open(source, undefined, { state: () => {}, ignored: () => {} });
    let resynced = Promise.withResolvers<void>();
    const heard = {
      ...sink,
      alive: (legs: ReadonlySet<string>, atMs: number) => {
        resynced.resolve();
        return sink.alive(legs, atMs);
      },
    };
    const times = { firstRetryMs: 1, mostRetryMs: 1 };
    const settings = { ...source, port: pbx.port };
    const running = createEslSource({ settings, clock: systemClock, log, random: () => 0.5, times }).run(
      heard,
      stop.signal,
    );
    const nextResync = async () => {
      await resynced.promise;
      resynced = Promise.withResolvers();
    };
    await nextResync();
    for (const { after, unheard } of [...breaks, { after: pbx.left(), unheard: 0 }]) {
      pbx.play(after, sizes);
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

for (const { name, recordings, expected } of transcriptsOf('freeswitch')) {
  const [recording] = recordings;
  const isWholeAndJson = recordings.length === 1 && !name.endsWith('-plain') && !name.includes('burst');
  if (recording === undefined || !isWholeAndJson) continue;

  test(`${name}: heard without a break, over a real socket and cut anyhow`, async () => {
    await fc.assert(
      fc.asyncProperty(chunkSizes, async (sizes) => {
        assertExpected(await live(recording, [], sizes), expected);
      }),
      { numRuns: 2 },
    );
  });

  test(`${name}: however often the connection breaks, nothing is repeated, made up or left open`, async () => {
    await fc.assert(
      fc.asyncProperty(someBreaks, chunkSizes, async (breaks, sizes) => {
        const messages = await live(recording, breaks, sizes);
        assertContract(messages);
        const legs = Map.groupBy(messages, ({ branch_id: branch }) => branch);
        for (const states of legs.values()) assert.equal(states.at(-1)?.state, 'TERMINATED');
        const users = [...legs.values()].map(([first]) => `user.${first?.local_user_id?.slice(5, 9)}`);
        const possible = expected.legs?.map(({ user }) => `user.${user}`) ?? [];
        for (const user of users) {
          assert.ok(possible.includes(user), `${user} had no call`);
          possible.splice(possible.indexOf(user), 1);
        }
      }),
      { numRuns: 4 },
    );
  });
}
