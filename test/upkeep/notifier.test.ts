/** The notifier: every due notice through its channel, and settled by what the channel says. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import test from 'node:test';
import { pino } from 'pino';
import type { PendingNotice } from '../../src/store/upkeep.ts';
import { createNotifier, noticeDelayMs, type NotifierOptions } from '../../src/upkeep/notices/notifier.ts';
import { aNotice, AT_MS } from './a-notice.ts';

const MINUTE_MS = 60_000;

/** Notices and what was settled of them: `undefined` is done, a number when it is due again. */
function bench(filed: readonly PendingNotice[], channels: NotifierOptions['channels']) {
  const waiting = new Map(filed.map((notice) => [notice.id, { ...notice, dueAtMs: notice.atMs }]));
  const lines: string[] = [];
  const said = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString());
      done();
    },
  });
  const clock = { nowMs: () => now.ms, sleep: async () => {} };
  const now = { ms: AT_MS };
  const notifier = createNotifier({
    upkeep: {
      dueNotices: async (nowMs, limit) =>
        [...waiting.values()].filter(({ dueAtMs }) => dueAtMs <= nowMs).slice(0, limit),
      settleNotice: async (id, dueAtMs) => {
        const notice = waiting.get(id);
        if (notice === undefined || dueAtMs === undefined) waiting.delete(id);
        else waiting.set(id, { ...notice, dueAtMs, attemptsMade: notice.attemptsMade + 1 });
      },
    },
    channels,
    clock,
    log: pino({ base: null }, said),
  });
  return { notifier, waiting, lines, now };
}

test('each notice goes through its channel and is done', async () => {
  const sent: string[] = [];
  const take = async ({ channel, id }: PendingNotice) => {
    sent.push(`${channel} ${id}`);
    return { ok: true } as const;
  };
  const filed = [aNotice({ id: 1 }), aNotice({ id: 2, channel: 'webhook' })];
  const { notifier, waiting } = bench(filed, { mail: take, webhook: take });
  assert.equal(await notifier.step(), 2);
  assert.deepEqual([sent, waiting.size], [['mail 1', 'webhook 2'], 0]);
  assert.equal(await notifier.step(), 0);
});

test('a notice for a channel that is not configured is done at once', async () => {
  const { notifier, waiting, lines } = bench([aNotice()], {});
  assert.equal(await notifier.step(), 1);
  assert.deepEqual([waiting.size, lines], [0, []]);
});

test('what a channel does not take is tried again for two days, ever more seldom, and then given up', async () => {
  const { notifier, waiting, lines, now } = bench([aNotice()], {
    mail: async () => ({ ok: false, problem: 'The mail server hung up.' }),
  });
  const pausesMin: number[] = [];
  for (;;) {
    await notifier.step();
    const [left] = waiting.values();
    if (left === undefined) break;
    pausesMin.push((left.dueAtMs - now.ms) / MINUTE_MS);
    now.ms = left.dueAtMs;
  }
  assert.deepEqual(pausesMin.slice(0, 8), [1, 2, 4, 8, 16, 32, 60, 60]);
  assert.equal(Math.round((now.ms - AT_MS) / (24 * 60 * MINUTE_MS)), 2);
  assert.match(lines.at(-1) ?? '', /"level":50.*"endpoint":"crm".*hung up.*given up/);
  assert.equal(lines.length, pausesMin.length + 1);
});

test('one notice that is not taken does not keep the others back', async () => {
  const { notifier, waiting } = bench([aNotice({ id: 1 }), aNotice({ id: 2 })], {
    mail: async ({ id }) => (id === 1 ? { ok: false, problem: 'No.' } : { ok: true }),
  });
  await notifier.step();
  assert.deepEqual([...waiting.keys()], [1]);
});

test('a channel that throws is a try that failed, and what it threw is not logged', async () => {
  const { notifier, waiting, lines } = bench([aNotice()], {
    mail: () => Promise.reject(new Error('smtp://callhook:hunter2@mail')),
  });
  await notifier.step();
  assert.equal(waiting.get(7)?.attemptsMade, 1);
  assert.doesNotMatch(lines.join(''), /hunter2/);
});

test('a step takes a few, and there are as many steps as it needs', async () => {
  let atOnce = 0;
  let most = 0;
  const filed = Array.from({ length: 25 }, (_, nth) => aNotice({ id: nth }));
  const { notifier, waiting } = bench(filed, {
    mail: async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return { ok: true };
    },
  });
  const taken = [await notifier.step(), await notifier.step(), await notifier.step(), await notifier.step()];
  assert.deepEqual([taken, most, waiting.size], [[10, 10, 5, 0], 10, 0]);
});

test('a store that fails is told to the caller, after all that was sent is settled as far as it goes', async () => {
  const settled: number[] = [];
  const notifier = createNotifier({
    upkeep: {
      dueNotices: async () => [aNotice({ id: 1 }), aNotice({ id: 2 })],
      settleNotice: async (id) => {
        if (id === 1) throw new Error('the disk is full');
        settled.push(id);
      },
    },
    channels: {},
    clock: { nowMs: () => AT_MS, sleep: async () => {} },
    log: pino({ level: 'silent' }),
  });
  await assert.rejects(notifier.step(), /disk is full/);
  assert.deepEqual(settled, [2]);
});

test('the schedule ends', () => {
  assert.equal(noticeDelayMs(53), 60 * MINUTE_MS);
  assert.equal(noticeDelayMs(54), undefined);
});
