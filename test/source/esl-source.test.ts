/** The FreeSWITCH source over real sockets, against a server that speaks the Event Socket. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { reply, response, startEslServer, type EslServerOptions } from '../../src/cli/demo/esl-server.ts';
import type { EslSettings } from '../../src/policy/directory.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createEslSource, SUBSCRIBED_EVENTS, type EslSourceTimes } from '../../src/source/esl/run.ts';
import { createEar, type Ear } from '../support/ear.ts';
import { ANSWERED, event, HUNG_UP, list, PHONE, RINGING, row, TRUNK, type Headers } from '../support/esl.ts';

const SETTINGS: EslSettings = {
  id: 'pbx',
  kind: 'esl',
  host: '127.0.0.1',
  port: 0,
  secret: 'correct horse',
  defaultDeviceType: 'DESKTOP',
};

/** Follows a server until the test ends. */
function follow(
  t: TestContext,
  port: number,
  more: Partial<EslSettings> = {},
  times: Partial<EslSourceTimes> = {},
): Ear {
  const ear = createEar();
  const stop = new AbortController();
  const source = createEslSource({
    settings: { ...SETTINGS, port, ...more },
    clock: systemClock,
    log: createLogger('silent'),
    random: () => 0.5,
    times: { firstRetryMs: 1, mostRetryMs: 5, ...times },
  });
  const running = source.run(ear, stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
  });
  return ear;
}

async function serve(t: TestContext, options: Partial<EslServerOptions> = {}) {
  const server = await startEslServer({ password: 'correct horse', ...options });
  t.after(() => server.close());
  return server;
}

async function listen(t: TestContext, server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

const states = (ear: Ear, device = '1001@pbx.example.com') =>
  ear.events.filter((told) => told.device === device).map(({ state }) => state);
const downAdvice = (ear: Ear) =>
  ear.states.flatMap((state) => (state.status === 'down' ? [state.advice] : []));
const isConnected = (ear: Ear) => ear.states.some(({ status }) => status === 'connected');

/** Answers the list with these channels, and `uuid_dump` of each; once only the first session is told otherwise. */
function channelsUp(channels: readonly (readonly [Headers, callstate: string])[]) {
  return (command: string): string | undefined => {
    if (command === 'api show channels as json') {
      return response(list(channels.map(([channel, callstate]) => row(channel, callstate))));
    }
    const uuid = /^api uuid_dump (\S+) json$/.exec(command)?.[1];
    const [channel, callstate = ''] = channels.find(([{ 'Unique-ID': id }]) => id === uuid) ?? [];
    return channel && response(JSON.stringify({ ...channel, 'Channel-Call-State': callstate }));
  };
}

test('logs in, asks for the events that it needs and no more, and reports a call', async (t) => {
  const server = await serve(t, { subscribed: (session) => session.send(RINGING + ANSWERED + HUNG_UP) });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('TERMINATED') && heard.alives.length === 1);
  assert.deepEqual(states(ear), ['TRYING', 'EARLY', 'CONFIRMED', 'TERMINATED']);
  assert.deepEqual(server.sessions[0]?.commands.slice(0, 3), [
    'auth correct horse',
    `event plain ${SUBSCRIBED_EVENTS.join(' ')}`,
    'api show channels as json',
  ]);
});

test('each event of FreeSWITCH is heard with its time', async (t) => {
  const told = event('CHANNEL_ANSWER', PHONE, { 'Event-Date-Timestamp': '1795401476358646' });
  const server = await serve(t, { subscribed: (session) => session.send(RINGING + told) });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('CONFIRMED') && heard.alives.length === 1);
  assert.deepEqual(ear.stamps, [undefined, undefined, undefined, 1_795_401_476_359]);
});

test('logs in as a user of the directory where one is named', async (t) => {
  const server = await serve(t, { username: 'callhook@pbx.example.com' });
  const ear = follow(t, server.port, { username: 'callhook@pbx.example.com' });
  await ear.until(isConnected);
  assert.equal(server.sessions[0]?.commands[0], 'userauth callhook@pbx.example.com:correct horse');
});

for (const [what, username, told] of [
  ['a wrong password', undefined, /refused the password\. Compare secret with <param name="password"/],
  [
    'a wrong user',
    'nobody@pbx.example.com',
    /refused the login of nobody@pbx\.example\.com\. .*esl-password/,
  ],
] as const) {
  test(`${what} is told with the line to compare, and is not tried again at once`, async (t) => {
    const server = await serve(t, { password: 'another one' });
    const ear = follow(t, server.port, username === undefined ? {} : { username });
    await ear.until((heard) => downAdvice(heard).length > 0);
    assert.match(downAdvice(ear)[0]!, told);
    assert.ok(!downAdvice(ear)[0]!.includes('correct horse'));
    const down = ear.states.find(({ status }) => status === 'down');
    assert.ok(down?.status === 'down' && down.retryInMs >= 60_000);
  });
}

test('an address that the access list keeps out is told with the lines that let it in', async (t) => {
  const server = await serve(t, { turnsAway: true });
  const ear = follow(t, server.port);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(
    downAdvice(ear)[0]!,
    /does not let this machine's address in.*apply-inbound-acl.*acl\.conf\.xml/,
  );
});

for (const [what, refused, told] of [
  ['the events', 'event ', /esl-allowed-events" value="CHANNEL_CREATE /],
  ['the list of channels', 'api show', /esl-allowed-api" value="show uuid_dump uptime"/],
] as const) {
  test(`a user who may not have ${what} is told with the line that allows it`, async (t) => {
    const server = await serve(t, {
      answer: (command) => (command.startsWith(refused) ? reply('-ERR permission denied') : undefined),
    });
    const ear = follow(t, server.port);
    await ear.until((heard) => downAdvice(heard).length > 0);
    assert.match(downAdvice(ear)[0]!, told);
  });
}

test('something that is not FreeSWITCH is told at once', async (t) => {
  const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const ear = follow(t, await listen(t, web));
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /is not FreeSWITCH's Event Socket\. Is it the listen-port/);
});

test('something that never says a word is no Event Socket either', async (t) => {
  const mute = createServer((socket) => void socket.on('error', () => {}));
  const ear = follow(t, await listen(t, mute), {}, { answerMs: 20 });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /is not FreeSWITCH's Event Socket/);
});

test('a port that hangs up at once is told as such', async (t) => {
  const rude = createServer((socket) => socket.end());
  const ear = follow(t, await listen(t, rude));
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /hung up at once/);
});

test('a port where nothing listens is told with what to check', async (t) => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const ear = follow(t, port);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /Nothing listens on .*listen-ip.*mod_event_socket/);
});

test('a fault of ours is not taken for a lost connection', async (t) => {
  const server = await serve(t, { subscribed: (session) => session.send(RINGING) });
  const source = createEslSource({
    settings: { ...SETTINGS, port: server.port },
    clock: systemClock,
    log: createLogger('silent'),
    random: () => 0.5,
  });
  const faulty = {
    ...createEar(),
    legs: () => {
      throw new TypeError('a fault');
    },
  };
  await assert.rejects(source.run(faulty, new AbortController().signal), /a fault/);
});

test('after a lost connection it says which legs are still up and reports those that are new', async (t) => {
  const other = {
    ...PHONE,
    'Unique-ID': 'd',
    'Channel-Presence-ID': '1002@pbx.example.com',
    'Other-Leg-Unique-ID': 'c',
    variable_originator: 'c',
  };
  const caller = { ...TRUNK, 'Unique-ID': 'c', 'Caller-Orig-Caller-ID-Number': '+358405556666' };
  const later = channelsUp([
    [TRUNK, 'ACTIVE'],
    [PHONE, 'ACTIVE'],
    [other, 'RINGING'],
    [caller, 'RINGING'],
  ]);
  const server = await serve(t, {
    answer: (command) => (server.sessions.length > 1 ? later(command) : undefined),
    subscribed: (session) => {
      if (server.sessions.length === 1) session.send(RINGING);
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('EARLY') && heard.alives.length === 1);
  server.sessions[0]?.drop();
  await ear.until((heard) => heard.alives.length === 2);
  assert.deepEqual([...ear.alives[1]!].toSorted(), ['a', 'b', 'c', 'd']);
  assert.deepEqual(states(ear), ['TRYING', 'EARLY', 'CONFIRMED'], 'nothing is repeated');
  const fresh = ear.events.filter(({ leg }) => leg === 'd');
  assert.deepEqual(
    fresh.map(({ state, direction, call, remote }) => [state, direction, call, remote]),
    [['EARLY', 'INCOMING', 'c', { withheld: false, number: '+358405556666' }]],
  );
});

test('after FreeSWITCH was restarted no leg is up any more', async (t) => {
  const server = await serve(t, {
    subscribed: (session) => {
      if (server.sessions.length === 1) session.send(RINGING + ANSWERED);
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('CONFIRMED') && heard.alives.length === 1);
  server.sessions[0]?.sayGoodbye();
  await ear.until((heard) => heard.alives.length === 2);
  assert.deepEqual([...ear.alives[1]!], []);
  assert.deepEqual(downAdvice(ear), ['FreeSWITCH closed the connection.']);
});

test('a list that is behind neither ends a leg that is up nor brings one back', async (t) => {
  const gone = { ...PHONE, 'Unique-ID': 'z' };
  const dump = channelsUp([
    [TRUNK, 'RINGING'],
    [PHONE, 'RINGING'],
  ]);
  const server = await serve(t, {
    answer: (command, session) => {
      if (command !== 'api show channels as json') return dump(command);
      if (server.sessions.length === 1) session.send(RINGING);
      // The database has not heard of the call that rings, but still has one that is over.
      return response(list(server.sessions.length === 1 ? [] : [row(gone, 'ACTIVE')]));
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => heard.alives.length === 1);
  server.sessions[0]?.drop();
  await ear.until((heard) => heard.alives.length === 2);
  assert.deepEqual([...ear.alives[1]!].toSorted(), ['a', 'b']);
  assert.ok(ear.events.every(({ leg }) => leg !== 'z'));
});

test('a call that ends or begins while the list is written is neither kept alive nor lost', async (t) => {
  const born = { ...PHONE, 'Unique-ID': 'n' };
  const server = await serve(t, {
    answer: (command, session) => {
      if (command !== 'api show channels as json') return channelsUp([[PHONE, 'RINGING']])(command);
      session.send(RINGING + HUNG_UP + event('CHANNEL_CREATE', born));
      return response(list([row(PHONE, 'RINGING')]));
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => heard.alives.length === 1);
  assert.ok(ear.alives[0]!.has('n'));
  assert.ok(!ear.alives[0]!.has('b'));
  assert.deepEqual(
    ear.events.filter(({ leg }) => leg === 'b').map(({ state }) => state),
    ['TRYING', 'EARLY', 'TERMINATED'],
  );
});

test('a number withheld before Callhook connected stays withheld', async (t) => {
  const server = await serve(t, {
    answer: channelsUp([
      [PHONE, 'ACTIVE'],
      [{ ...TRUNK, 'Caller-Privacy-Hide-Number': 'true' }, 'ACTIVE'],
    ]),
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => heard.alives.length === 1);
  assert.deepEqual(
    ear.events.map(({ device, state, remote }) => [device, state, remote]),
    [['1001@pbx.example.com', 'CONFIRMED', { withheld: true }]],
  );
});

test('where single channels may not be asked for, the list has to do', async (t) => {
  const up = channelsUp([
    [PHONE, 'ACTIVE'],
    [TRUNK, 'ACTIVE'],
  ]);
  const server = await serve(t, {
    answer: (command) =>
      command.startsWith('api uuid_dump') ? reply('-ERR permission denied') : up(command),
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => heard.alives.length === 1);
  assert.deepEqual(
    ear.events.map(({ leg, call, state, remote }) => [leg, call, state, remote]),
    [['b', 'a', 'CONFIRMED', { withheld: false, number: '+358409401234' }]],
  );
});

test('a channel whose name would be a command of its own is not asked for', async (t) => {
  const odd = { ...PHONE, 'Unique-ID': 'x json\n\napi shutdown' };
  const server = await serve(t, {
    answer: (command) =>
      command === 'api show channels as json' ? response(list([row(odd, 'ACTIVE')])) : undefined,
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => heard.alives.length === 1);
  assert.ok(server.sessions[0]?.commands.every((command) => !command.includes('shutdown')));
});

test('a half-open connection is noticed by the unanswered ping', async (t) => {
  const server = await serve(t, { answer: (command) => (command === 'api uptime' ? '' : undefined) });
  const ear = follow(t, server.port, {}, { pingAfterMs: 20, answerMs: 50 });
  await ear.until((heard) => downAdvice(heard).length > 0);
  await ear.until(() => server.sessions.length >= 2);
});

test('a silent line with answered pings stays connected, also where the ping is refused', async (t) => {
  const pings = Promise.withResolvers<void>();
  let count = 0;
  const server = await serve(t, {
    answer: (command) => {
      if (command !== 'api uptime') return undefined;
      if (++count === 3) pings.resolve();
      return reply('-ERR permission denied');
    },
  });
  const ear = follow(t, server.port, {}, { pingAfterMs: 5, answerMs: 5_000 });
  await pings.promise;
  assert.deepEqual(downAdvice(ear), []);
});

test('a stream that is torn is begun anew', async (t) => {
  const server = await serve(t, {
    subscribed: (session) => {
      if (server.sessions.length === 1) session.send('Content-Length: 5\n\nnonsense');
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => isConnected(heard) && server.sessions.length === 2);
});

test('while ingest cannot keep up, FreeSWITCH is not read and not given up', async (t) => {
  const server = await serve(t, { subscribed: (session) => session.send(RINGING) });
  const ear = follow(t, server.port, {}, { answerMs: 30, pingAfterMs: 10 });
  await ear.until((heard) => states(heard).includes('EARLY') && heard.alives.length === 1);
  ear.full = true;
  server.sessions[0]?.send(ANSWERED);
  await ear.until((heard) => states(heard).includes('CONFIRMED'));
  server.sessions[0]?.send(HUNG_UP);
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.ok(!states(ear).includes('TERMINATED'));
  ear.empty();
  await ear.until((heard) => states(heard).includes('TERMINATED'));
  assert.equal(server.sessions.length, 1, 'the connection was kept');
});
