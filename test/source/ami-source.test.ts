/** The Asterisk source over real sockets, against a server that speaks AMI. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { pino } from 'pino';
import { generate } from 'selfsigned';
import {
  listAnswer,
  response,
  startAmiServer,
  type AmiServerOptions,
} from '../../src/cli/demo/ami-server.ts';
import { obtainCertificate } from '../../src/cli/listen/certificate.ts';
import type { AmiSettings } from '../../src/policy/directory.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createAmiSource, type AmiSourceTimes } from '../../src/source/ami/run.ts';
import { ANSWERED, event, HUNG_UP, listed, PHONE, RINGING, TRUNK } from '../support/ami.ts';
import { makeFolder, write } from '../support/callhook-process.ts';
import { createEar, type Ear } from '../support/ear.ts';

const SETTINGS: AmiSettings = {
  id: 'pbx',
  kind: 'ami',
  host: '127.0.0.1',
  port: 0,
  tls: false,
  username: 'callhook',
  secret: 'correct horse',
  defaultDeviceType: 'DESKTOP',
};

/** Follows a server until the test ends. */
function follow(
  t: TestContext,
  port: number,
  more: Partial<AmiSettings> = {},
  times: Partial<AmiSourceTimes> = {},
  log = createLogger('silent'),
): Ear {
  const ear = createEar();
  const stop = new AbortController();
  const source = createAmiSource({
    settings: { ...SETTINGS, port, ...more },
    clock: systemClock,
    log,
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

async function serve(t: TestContext, options: Partial<AmiServerOptions> = {}) {
  const server = await startAmiServer({
    username: 'callhook',
    secret: 'correct horse',
    subscribed: () => {},
    ...options,
  });
  t.after(() => server.close());
  return server;
}

const states = (ear: Ear) =>
  ear.events.filter(({ device }) => device === 'PJSIP/1001').map(({ state }) => state);
const downAdvice = (ear: Ear) =>
  ear.states.flatMap((state) => (state.status === 'down' ? [state.advice] : []));

test('logs in by challenge, asks for the class `call` only, and reports a call', async (t) => {
  const asked: string[] = [];
  const server = await serve(t, {
    answer: (headers) => {
      asked.push([...headers].map(([name, value]) => `${name}: ${value}`).join('\n'));
      return undefined;
    },
    subscribed: (session) => session.send(RINGING + ANSWERED + HUNG_UP),
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('TERMINATED'));
  assert.deepEqual(states(ear), ['TRYING', 'EARLY', 'CONFIRMED', 'TERMINATED']);
  const all = asked.join('\n');
  assert.ok(!all.includes('correct horse'), 'the password does not cross the wire');
  assert.match(all, /EventMask: call(\n|$)/);
});

test('each event of Asterisk is heard with its time, if it has one; an answer is no event', async (t) => {
  const told = event('Newstate', { ...PHONE, state: 6 }, ['Timestamp: 1795401476.358646']);
  const server = await serve(t, { subscribed: (session) => session.send(RINGING + told) });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('CONFIRMED') && heard.alives.length === 1);
  assert.deepEqual(ear.stamps, [undefined, undefined, undefined, undefined, 1_795_401_476_358]);
});

test('logs in plainly where Asterisk offers no challenge', async (t) => {
  const server = await serve(t, {
    answer: (headers) =>
      headers.get('Action') === 'Challenge' ? response('Error', 'Message: Must specify AuthType') : undefined,
  });
  const ear = follow(t, server.port);
  await ear.until(({ states: said }) => said.some(({ status }) => status === 'connected'));
});

for (const host of ['localhost', '127.0.0.1']) {
  test(`speaks TLS with ${host}, and trusts the certificate authority that the directory names`, async (t) => {
    const certificate = await obtainCertificate(makeFolder(t));
    const server = await serve(t, { tls: { key: certificate.key, cert: certificate.cert } });
    const ear = follow(t, server.port, { tls: true, host, caFile: certificate.certPath });
    await ear.until(({ states: said }) => said.some(({ status }) => status === 'connected'));

    const stranger = follow(t, server.port, { tls: true, host });
    await stranger.until((heard) => downAdvice(heard).length > 0);
    assert.match(downAdvice(stranger)[0]!, /TLS with \S+:\d+ failed .*ca_file and made for/);
  });
}

test('a certificate that is made for another address is refused', async (t) => {
  const folder = makeFolder(t);
  const made = await generate([{ name: 'commonName', value: 'pbx.example' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.2' }] },
    ],
  });
  const server = await serve(t, { tls: { key: made.private, cert: made.cert } });
  const ear = follow(t, server.port, { tls: true, caFile: write(folder, 'ca.pem', made.cert) });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /ERR_TLS_CERT_ALTNAME_INVALID.* made for 127\.0\.0\.1/);
});

test('a ca_file that is not there or holds no certificate is told as such', async (t) => {
  const folder = makeFolder(t);
  for (const [caFile, told] of [
    [join(folder, 'none.pem'), /none\.pem \(ca_file\) cannot be read \(ENOENT\)/],
    [write(folder, 'empty.pem', 'nothing\n'), /empty\.pem \(ca_file\) holds no certificate/],
  ] as const) {
    const ear = follow(t, 5_039, { tls: true, caFile });
    await ear.until((heard) => downAdvice(heard).length > 0);
    assert.match(downAdvice(ear)[0]!, told);
  }
});

test('a fault of ours is not taken for a lost connection', async (t) => {
  const server = await serve(t, { subscribed: (session) => session.send(RINGING) });
  const ear = createEar();
  const source = createAmiSource({
    settings: { ...SETTINGS, port: server.port },
    clock: systemClock,
    log: createLogger('silent'),
    random: () => 0.5,
  });
  const faulty = {
    ...ear,
    legs: () => {
      throw new TypeError('a fault');
    },
  };
  await assert.rejects(source.run(faulty, new AbortController().signal), /a fault/);
});

test('a log line names its source once', async (t) => {
  const lines: string[] = [];
  const down = Promise.withResolvers<void>();
  const log = pino(
    {},
    {
      write: (line: string) => {
        lines.push(line);
        down.resolve();
      },
    },
  );
  follow(t, 1, {}, {}, log.child({ source: 'pbx' }));
  await down.promise;
  assert.equal(lines[0]!.split('"source":').length - 1, 1, lines[0]!);
});

test('a wrong password is told with where to look, and is not tried again at once', async (t) => {
  const server = await serve(t, { secret: 'another one' });
  const ear = follow(t, server.port);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /refused the login of callhook.*manager\.conf/);
  assert.ok(!downAdvice(ear)[0]!.includes('correct horse'));
  const down = ear.states.find(({ status }) => status === 'down');
  assert.ok(down?.status === 'down' && down.retryInMs >= 60_000);
});

test('Asterisk refusing the event class is told with the line for manager.conf', async (t) => {
  const server = await serve(t, {
    answer: (headers) =>
      headers.get('Action') === 'Events' ? response('Error', 'Message: Permission denied') : undefined,
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /event class `call`.*`read = call`/);
});

test('Asterisk that lists calls but sends no events of them is told too', async (t) => {
  const server = await serve(t, {
    answer: (headers, session) => {
      if (headers.get('Action') !== 'CoreShowChannels') return undefined;
      const lists = session.actions.filter((action) => action === 'CoreShowChannels').length;
      const items = lists === 1 ? [] : [listed({ ...PHONE, state: 6 }, 'AppDial')];
      return listAnswer('Channels will follow', 'CoreShowChannelsComplete', items);
    },
  });
  const ear = follow(t, server.port, {}, { firstResyncMs: 1, resyncEveryMs: 60_000 });
  await ear.until(({ states: said }) =>
    said.some((state) => state.status === 'connected' && state.note !== undefined),
  );
  const noted = ear.states.find((state) => state.status === 'connected' && state.note !== undefined);
  assert.match(JSON.stringify(noted), /read = call/);
});

test('something that is not Asterisk is told at once', async (t) => {
  const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  t.after(() => web.close());
  const ear = follow(t, (web.address() as AddressInfo).port);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /is not the Asterisk Manager Interface/);
});

test('a port where nothing listens is told with what to check', async (t) => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const ear = follow(t, port);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /Nothing listens on .*enabled=yes/);
});

test('after a lost connection it says which legs are still up and reports those that are new', async (t) => {
  let drop = () => {};
  const server = await serve(t, {
    answer: (headers) => {
      if (headers.get('Action') !== 'CoreShowChannels' || server.sessions.length < 2) return undefined;
      const other = {
        ...PHONE,
        Channel: 'PJSIP/1002-00000009',
        Uniqueid: 'pbx1-1.9',
        Linkedid: 'pbx1-1.8',
        caller: '1002',
      };
      return listAnswer('Channels will follow', 'CoreShowChannelsComplete', [
        listed({ ...PHONE, state: 6 }, 'AppDial'),
        listed({ ...other, state: 5, connected: '+358405556666' }, 'AppDial'),
      ]);
    },
    subscribed: (session) => {
      if (server.sessions.length === 1) session.send(RINGING);
      drop = () => session.drop();
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('EARLY'));
  drop();
  await ear.until((heard) => heard.alives.length === 2);
  assert.deepEqual([...ear.alives[1]!].toSorted(), ['pbx1-1.1', 'pbx1-1.9']);
  assert.deepEqual(states(ear), ['TRYING', 'EARLY', 'CONFIRMED'], 'nothing is repeated');
  const fresh = ear.events.filter(({ leg }) => leg === 'pbx1-1.9');
  assert.deepEqual(
    fresh.map(({ state, direction, remote }) => [state, direction, remote]),
    [['EARLY', 'INCOMING', { withheld: false, number: '+358405556666' }]],
  );
});

test('a call that ends or begins while the list is written is neither kept alive nor lost', async (t) => {
  const born = { ...PHONE, Channel: 'PJSIP/1003-00000003', Uniqueid: 'pbx1-1.3', Linkedid: 'pbx1-1.2' };
  const server = await serve(t, {
    answer: (headers, session) => {
      if (headers.get('Action') !== 'CoreShowChannels') return undefined;
      session.send(RINGING + HUNG_UP + event('Newchannel', born));
      return listAnswer('Channels will follow', 'CoreShowChannelsComplete', [
        listed({ ...PHONE, state: 5 }, 'AppDial'),
      ]);
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => heard.alives.length === 1 && states(heard).includes('TERMINATED'));
  assert.ok(ear.alives[0]!.has('pbx1-1.3'));
  assert.ok(!ear.alives[0]!.has('pbx1-1.1'));
  assert.deepEqual(states(ear), ['TRYING', 'EARLY', 'TERMINATED']);
});

test('a half-open connection is noticed by the unanswered ping', async (t) => {
  const server = await serve(t, { answer: (headers) => (headers.get('Action') === 'Ping' ? '' : undefined) });
  const ear = follow(t, server.port, {}, { pingAfterMs: 20, answerMs: 50 });
  await ear.until((heard) => downAdvice(heard).length > 0);
  await ear.until(() => server.sessions.length >= 2);
});

test('a silent line with answered pings stays connected', async (t) => {
  const pings = Promise.withResolvers<void>();
  let count = 0;
  const server = await serve(t, {
    answer: (headers) => {
      if (headers.get('Action') === 'Ping' && ++count === 3) pings.resolve();
      return undefined;
    },
  });
  const ear = follow(t, server.port, {}, { pingAfterMs: 5, answerMs: 5_000 });
  await pings.promise;
  assert.deepEqual(downAdvice(ear), []);
});

test('a caller whose number is withheld is anonymous, and nothing is said before that is known', async (t) => {
  const server = await serve(t, {
    answer: (headers, session) => {
      if (headers.get('Action') !== 'Getvar') return undefined;
      assert.equal(headers.get('Channel'), TRUNK.Channel);
      // Asterisk takes its time: the phone rings and is answered meanwhile.
      session.send(ANSWERED);
      return response('Success', 'Variable: CALLERID(pres)', 'Value: prohib_passed_screen');
    },
    subscribed: (session) => session.send(RINGING),
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('CONFIRMED'));
  const legs = ear.events.filter(({ device }) => device === 'PJSIP/1001');
  assert.deepEqual(
    legs.map(({ state, remote }) => [state, remote]),
    ['TRYING', 'EARLY', 'CONFIRMED'].map((state) => [state, { withheld: true }]),
  );
});

test('which legs are still up is said after the states that wait for the presentation', async (t) => {
  const said: string[] = [];
  const server = await serve(t, {
    answer: (headers, session) => {
      if (headers.get('Action') === 'CoreShowChannels') {
        return listAnswer('Channels will follow', 'CoreShowChannelsComplete', [
          listed({ ...PHONE, state: 6 }, 'AppDial'),
          listed({ ...TRUNK, state: 6 }, 'Dial'),
        ]);
      }
      if (headers.get('Action') !== 'Getvar') return undefined;
      // A call that begins before the answer belongs to those that are up.
      session.send(event('Newchannel', { ...PHONE, Uniqueid: 'pbx1-1.9' }));
      return response('Success', 'Variable: CALLERID(pres)', 'Value: prohib_not_screened');
    },
  });
  const ear = follow(t, server.port);
  const { legs, alive } = ear;
  ear.legs = (events) => {
    said.push(...events.map(({ device, state }) => `${device} ${state}`));
    return legs(events);
  };
  ear.alive = (up, atMs) => {
    said.push('alive');
    return alive(up, atMs);
  };
  await ear.until((heard) => heard.alives.length === 1);
  assert.deepEqual(said, ['PJSIP/trunk CONFIRMED', 'PJSIP/1001 CONFIRMED', 'alive']);
  assert.deepEqual([...ear.alives[0]!].toSorted(), ['pbx1-1.0', 'pbx1-1.1', 'pbx1-1.9']);
});

test('where Asterisk does not let it ask for the presentation, the number is shown as the events show it', async (t) => {
  const server = await serve(t, {
    answer: (headers) =>
      headers.get('Action') === 'Getvar' ? response('Error', 'Message: Permission denied') : undefined,
    subscribed: (session) => session.send(RINGING),
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('EARLY'));
  assert.deepEqual(ear.events.at(-1)?.remote, { withheld: false, number: '+358409401234' });
});

test('while ingest cannot keep up, Asterisk is not read and not given up', async (t) => {
  const server = await serve(t, {
    subscribed: (session) => {
      session.send(RINGING);
    },
  });
  const ear = follow(t, server.port, {}, { answerMs: 30, pingAfterMs: 10 });
  await ear.until((heard) => states(heard).includes('EARLY'));
  ear.full = true;
  server.sessions[0]!.send(ANSWERED + HUNG_UP.replace('Hangup', 'HangupRequest'));
  await ear.until((heard) => states(heard).includes('CONFIRMED'));
  server.sessions[0]!.send(HUNG_UP);
  const seen = new Promise<void>((resolve) => setImmediate(resolve));
  await seen;
  assert.ok(!states(ear).includes('TERMINATED'));
  ear.empty();
  await ear.until((heard) => states(heard).includes('TERMINATED'));
  assert.equal(server.sessions.length, 1, 'the connection was kept');
});

test('a list answer under a foreign ActionID is nobody’s', async (t) => {
  const server = await serve(t, {
    subscribed: (session) =>
      session.send(
        listAnswer('Channels will follow', 'CoreShowChannelsComplete', [
          listed({ ...PHONE, state: 6 }, 'AppDial'),
        ]).replaceAll('{id}', 'csc-1') + RINGING,
      ),
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('EARLY'));
  assert.deepEqual(states(ear), ['TRYING', 'EARLY']);
});

test('the device type comes from the contact that was called', async (t) => {
  const contact = (uri: string, agent: string) =>
    `Event: ContactList\r\nActionID: {id}\r\nEndpoint: 1001\r\nUri: ${uri}\r\nUserAgent: ${agent}`;
  const server = await serve(t, {
    answer: (headers, session) => {
      if (headers.get('Action') !== 'PJSIPShowContacts') return undefined;
      setImmediate(() =>
        session.send(RINGING.replace('DialString: 1001', 'DialString: 1001/sip:1001@192.0.2.2')),
      );
      return listAnswer('A listing of Contacts follows', 'ContactListComplete', [
        contact('sip:1001@192.0.2.1', 'Yealink SIP-T46S'),
        contact('sip:1001@192.0.2.2', 'Zoiper v2'),
      ]);
    },
  });
  const ear = follow(t, server.port);
  await ear.until((heard) => states(heard).includes('EARLY'));
  assert.equal(ear.events.at(-1)?.userAgent, 'Zoiper v2');
});
