/** The source of dialog events over real sockets of UDP, TCP and TLS, against a PBX that takes subscriptions. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { generate } from 'selfsigned';
import type { DialogInfoSettings } from '../../src/policy/directory.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createDialogInfoSource, type DialogInfoTimes } from '../../src/source/dialog-info/run.ts';
import type { SipRequest } from '../../src/source/dialog-info/sip/message.ts';
import type { Source } from '../../src/source/source.ts';
import { ADDRESS, documentXml, words } from '../support/dialog-info.ts';
import { createEar, type Ear } from '../support/ear.ts';
import { cseqOf, startSipNotifier, type NotifierOptions, type SipNotifier } from '../support/sip-notifier.ts';

const OTHER = 'sip:1002@pbx.example.com';

/** RFC 3261's T1 of half a second would make every test wait; the proportions stay. */
const FAST: Partial<DialogInfoTimes> = {
  t1Ms: 20,
  t2Ms: 80,
  firstRetryMs: 1,
  mostRetryMs: 5,
  soonMs: 5,
  mostMs: 20,
  refusedMs: 40,
  firstNotifyMs: 60,
  fullAgainMs: 5,
  fullAgainMostMs: 40,
  tickMs: 10,
  reportMs: 1,
  refreshAllApartMs: 1,
  goodbyeMs: 200,
};

interface Followed {
  ear: Ear;
  source: Source;
  stop(): Promise<void>;
}

interface More {
  settings?: Partial<DialogInfoSettings>;
  times?: Partial<DialogInfoTimes>;
  addresses?: readonly string[];
  endCallsAfterLostMs?: number;
}

function follow(t: TestContext, pbx: { port: number }, more: More = {}): Followed {
  const ear = createEar();
  const stopping = new AbortController();
  const source = createDialogInfoSource({
    settings: {
      id: 'pbx',
      kind: 'dialog-info',
      host: '127.0.0.1',
      port: pbx.port,
      transport: 'udp',
      secret: '',
      expiresSeconds: 300,
      defaultDeviceType: 'DESKTOP',
      ...more.settings,
    },
    clock: systemClock,
    log: createLogger('silent'),
    random: () => 0.5,
    endCallsAfterLostMs: more.endCallsAfterLostMs ?? 600_000,
    times: { ...FAST, ...more.times },
  });
  source.watch?.(new Set(more.addresses ?? [ADDRESS]));
  const running = source.run(ear, stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
  };
  t.after(stop);
  return { ear, source, stop };
}

async function serve(t: TestContext, options: NotifierOptions = {}): Promise<SipNotifier> {
  const pbx = await startSipNotifier(options);
  t.after(() => pbx.close());
  return pbx;
}

const doc = (state: string, entity = ADDRESS) => documentXml([{ state }], { entity });
const isConnected = (ear: Ear) => ear.states.some(({ status }) => status === 'connected');
const downAdvice = (ear: Ear) =>
  ear.states.flatMap((state) => (state.status === 'down' ? [state.advice] : []));
const notes = (ear: Ear) =>
  ear.states.flatMap((state) =>
    state.status === 'connected' && state.note !== undefined ? [state.note] : [],
  );
const addressOf = ({ headers }: SipRequest) => /<([^>]*)>/.exec(headers.get('to') ?? '')?.[1];
const isFirst = ({ headers }: SipRequest) => !/;tag=/.test(headers.get('to') ?? '');
const statuses = (pbx: SipNotifier) => pbx.answers.map(({ status }) => status);

async function certificate(t: TestContext, name: string) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [name === '127.0.0.1' ? { type: 7, ip: name } : { type: 2, value: name }],
      },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'callhook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, cert);
  return { key, cert, caFile };
}

for (const transport of ['udp', 'tcp', 'tls'] as const) {
  test(`over ${transport} a call is reported from its ringing to its end, and a stop unsubscribes`, async (t) => {
    const { key, cert, caFile } = await certificate(t, '127.0.0.1');
    const pbx = await serve(t, { transport, key, cert, document: () => undefined });
    const { ear, stop } = follow(t, pbx, {
      settings: { transport, ...(transport === 'tls' && { caFile }) },
    });
    await ear.until(isConnected);
    for (const state of ['Trying', 'early', 'confirmed', 'terminated'])
      pbx.notify(pbx.of(ADDRESS), { document: doc(state) });
    await ear.until(({ events }) => events.length === 4);
    assert.deepEqual(words(ear.events), [
      'INCOMING TRYING',
      'INCOMING EARLY',
      'INCOMING CONFIRMED',
      'INCOMING TERMINATED GIVEN_UP',
    ]);
    assert.deepEqual(new Set(ear.stamps), new Set([undefined]), 'SIP tells no time');
    await pbx.until(() => statuses(pbx).length >= 5);
    assert.deepEqual(new Set(statuses(pbx)), new Set([200]));
    const [first] = pbx.subscribes;
    assert.deepEqual(
      ['event', 'accept', 'expires', 'max-forwards'].map((name) => first?.headers.get(name)),
      ['dialog', 'application/dialog-info+xml', '300', '70'],
    );
    await stop();
    const last = pbx.subscribes.at(-1);
    assert.deepEqual([last?.headers.get('expires'), isFirst(last!)], ['0', false]);
  });
}

test('a certificate for another name is not believed', async (t) => {
  const { key, cert, caFile } = await certificate(t, 'pbx.example.com');
  const pbx = await serve(t, { transport: 'tls', key, cert });
  const { ear } = follow(t, pbx, { settings: { transport: 'tls', caFile } });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /TLS with .* failed .*signed by ca_file and made for 127\.0\.0\.1/);
  assert.equal(pbx.subscribes.length, 0);
});

test('a SUBSCRIBE that is lost is sent again, the same one', async (t) => {
  let lost = 2;
  const pbx = await serve(t, {
    document: () => undefined,
    answer: () => (lost-- > 0 ? 'silence' : undefined),
  });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  assert.equal(pbx.subscribes.length, 3);
  assert.equal(new Set(pbx.subscribes.map(({ headers }) => headers.get('via'))).size, 1);
});

test('a PBX that never answers is told with what to check', async (t) => {
  const pbx = await serve(t, { answer: () => 'silence' });
  const { ear } = follow(t, pbx, { times: { t1Ms: 1, t2Ms: 4 } });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /^No answer from 127\.0\.0\.1:\d+ to SIP over UDP\./);
});

test('a port where nothing listens is told as such', async (t) => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const { ear } = follow(t, { port }, { settings: { transport: 'tcp' } });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /^Nothing listens on .* for SIP over TCP\./);
});

test('a NOTIFY that comes twice is answered twice and taken once', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  const request = pbx.notify(pbx.of(ADDRESS), { document: doc('early') });
  pbx.of(ADDRESS).send(request);
  await pbx.until(() => statuses(pbx).length >= 3);
  assert.deepEqual(statuses(pbx), [200, 200, 200]);
  assert.equal(ear.events.length, 1);
});

test('a NOTIFY that is older than the last one is not taken', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  const held = pbx.of(ADDRESS);
  pbx.notify(held, { document: doc('confirmed'), cseq: 9 });
  pbx.notify(held, { document: doc('terminated'), cseq: 8 });
  await pbx.until(() => statuses(pbx).includes(500));
  assert.deepEqual(words(ear.events), ['INCOMING CONFIRMED']);
});

test('nobody can notify who does not know the subscription', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  const held = pbx.of(ADDRESS);
  const strange = (fields: Partial<Record<'call-id' | 'from', string>>) => {
    const { headers } = held.subscribe;
    const changed = { get: (name: string) => fields[name as 'from'] ?? headers.get(name) };
    const subscribe = { ...held.subscribe, headers: changed as typeof headers };
    pbx.notify({ ...held, subscribe }, { document: doc('early') });
  };
  strange({ 'call-id': 'guessed' });
  strange({ from: '<sip:callhook@pbx.example.com>;tag=guessed' });
  strange({ from: '<sip:callhook@pbx.example.com>' });
  await pbx.until(() => statuses(pbx).length === 4);
  assert.deepEqual(statuses(pbx).slice(1), [481, 481, 481]);
  assert.deepEqual(ear.events, []);
});

for (const [what, more, status] of [
  ['of another event package', { event: 'presence' }, 489],
  ['with another kind of document', { type: 'application/pidf+xml' }, 415],
  ['that asks for an extension', { fields: [['Require', 'eventlist']] }, 420],
] as const) {
  test(`a NOTIFY ${what} is answered ${status}`, async (t) => {
    const pbx = await serve(t, { document: () => undefined });
    const { ear } = follow(t, pbx);
    await ear.until(isConnected);
    pbx.notify(pbx.of(ADDRESS), { document: doc('early'), ...more });
    await pbx.until(() => statuses(pbx).includes(status));
    assert.deepEqual(ear.events, []);
  });
}

test('a NOTIFY may come before the answer to the SUBSCRIBE', async (t) => {
  const pbx = await serve(t, { notifiesFirst: true, document: () => doc('early') });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  assert.deepEqual(words(ear.events), ['INCOMING EARLY']);
  assert.equal(pbx.subscribes.length, 1);
});

test('a subscription whose answer was lost is in force once it notifies', async (t) => {
  const pbx = await serve(t, { losesAnswers: true, document: () => doc('early') });
  const { ear } = follow(t, pbx, { times: { t1Ms: 1, t2Ms: 4 } });
  await ear.until(({ events }) => events.length === 1);
  // Asked for again, by which time nobody waits for that answer any more.
  pbx.notify(pbx.of(ADDRESS), { document: '<dialog-info' });
  await pbx.until(() => pbx.subscribes.some((request) => !isFirst(request)));
  assert.equal(new Set(pbx.subscribes.map(({ headers }) => headers.get('call-id'))).size, 1);
});

test('a subscription that begins with a partial document tells which legs are up with the full one', async (t) => {
  let state: 'partial' | 'full' = 'partial';
  const pbx = await serve(t, {
    document: () => documentXml([{ state: 'early' }], { version: 1, state }),
  });
  const { ear } = follow(t, pbx);
  await ear.until(({ events }) => events.length === 1);
  const before = ear.alives.length;
  state = 'full';
  await ear.until(({ alives }) => alives.length > before);
  assert.deepEqual([...ear.alives.at(-1)!], [ear.events[0]?.leg]);
});

/** Checks a login as a PBX does. */
function asksForLogin(algorithm: 'MD5' | 'SHA-256', secret: string, isStaleOnce = false) {
  let nonces = 0;
  let stale = isStaleOnce;
  const challenge = (more = '') => {
    nonces += 1;
    const fields = ['TIGER', algorithm].map(
      (one) =>
        [
          'WWW-Authenticate',
          `Digest realm="pbx", nonce="n${nonces}", algorithm=${one}, qop="auth"${more}`,
        ] as const,
    );
    return { status: 401, fields };
  };
  return ({ headers, method, uri }: SipRequest) => {
    const given = headers.get('authorization');
    const value = (name: string) => new RegExp(`[ ,]${name}="?([^",]*)`).exec(given ?? '')?.[1] ?? '';
    if (given === undefined || value('nonce') !== `n${nonces}`) return challenge();
    const hash = (text: string) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex');
    const wanted = hash(
      [
        hash(`callhook:pbx:${secret}`),
        value('nonce'),
        value('nc'),
        value('cnonce'),
        'auth',
        hash(`${method}:${uri}`),
      ].join(':'),
    );
    if (value('response') !== wanted) return challenge();
    if (!stale) return undefined;
    stale = false;
    return challenge(', stale=true');
  };
}

for (const algorithm of ['MD5', 'SHA-256'] as const) {
  test(`logs in by ${algorithm}, also after a stale nonce, and in each later request`, async (t) => {
    const pbx = await serve(t, {
      answer: asksForLogin(algorithm, 'correct horse', true),
      document: () => undefined,
    });
    const { ear } = follow(t, pbx, { settings: { username: 'callhook', secret: 'correct horse' } });
    await ear.until(isConnected);
    assert.equal(pbx.subscribes.length, 3);
    assert.match(pbx.subscribes[2]?.headers.get('from') ?? '', /^<sip:callhook@pbx\.example\.com>;tag=/);
    assert.deepEqual(pbx.subscribes.map(cseqOf), [1, 2, 3]);
  });
}

test('a wrong login is told, and is not tried again and again', async (t) => {
  const pbx = await serve(t, { answer: asksForLogin('SHA-256', 'another one') });
  const { ear } = follow(t, pbx, {
    settings: { username: 'callhook', secret: 'correct horse' },
    addresses: [ADDRESS, OTHER],
  });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /refused the login of callhook\. Compare username and secret/);
  const down = ear.states.find(({ status }) => status === 'down');
  assert.ok(down?.status === 'down' && down.retryInMs >= 60_000);
  assert.equal(pbx.subscribes.length, 2);
});

test('a login that is good for others but not for one address keeps none of the others from being watched', async (t) => {
  const check = asksForLogin('MD5', 'correct horse');
  const pbx = await serve(t, {
    answer: (request) =>
      addressOf(request) === OTHER
        ? {
            status: 401,
            fields: [['WWW-Authenticate', `Digest realm="pbx", nonce="${Math.random()}", qop="auth"`]],
          }
        : check(request),
    document: () => undefined,
  });
  const { ear } = follow(t, pbx, {
    settings: { username: 'callhook', secret: 'correct horse' },
    addresses: [ADDRESS, OTHER],
  });
  await ear.until((heard) => notes(heard).some((note) => note.includes('refuses')));
  assert.equal(notes(ear).at(-1), '1 of 2 addresses are not watched: the PBX refuses the login for it.');
  assert.deepEqual(downAdvice(ear), []);
});

test('a PBX that asks for a login where none is configured is told as such', async (t) => {
  const pbx = await serve(t, { answer: asksForLogin('MD5', 'x') });
  const { ear } = follow(t, pbx);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /asks for a login\. Set username and secret/);
});

test('a time that is too short is made longer, as the PBX asks', async (t) => {
  const pbx = await serve(t, {
    answer: ({ headers }) =>
      Number(headers.get('expires')) < 900 ? { status: 423, fields: [['Min-Expires', '900']] } : undefined,
    document: () => undefined,
  });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  assert.deepEqual(
    pbx.subscribes.map(({ headers }) => headers.get('expires')),
    ['300', '900'],
  );
});

test('renews in time, within the subscription, by the way that the PBX has shown', async (t) => {
  const pbx = await serve(t, {
    answer: ({ headers }) =>
      headers.get('expires') === '0' ? undefined : { status: 200, fields: [['Expires', '1']] },
  });
  const { ear } = follow(t, pbx, { settings: { expiresSeconds: 1 } });
  await pbx.until(() => pbx.held.size === 1);
  const fields = [
    ['Record-Route', '<sip:edge.example.com;lr>'],
    ['Record-Route', '<sip:core.example.com;lr>'],
  ] as const;
  pbx.notify(pbx.of(ADDRESS), { state: 'active;expires=1', fields });
  await ear.until(isConnected);
  await pbx.until(() => pbx.subscribes.length >= 3);
  const renewal = pbx.subscribes[1]!;
  assert.equal(renewal.uri, `sip:127.0.0.1:${pbx.port}`);
  assert.deepEqual(renewal.headers.all('route'), ['<sip:edge.example.com;lr>', '<sip:core.example.com;lr>']);
  assert.equal(renewal.headers.get('call-id'), pbx.subscribes[0]?.headers.get('call-id'));
  assert.deepEqual(pbx.subscribes.slice(0, 3).map(cseqOf), [1, 2, 3]);
});

test('a PBX that was restarted and has forgotten one subscription is asked for all of them anew', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const addresses = [ADDRESS, OTHER];
  const { ear } = follow(t, pbx, { addresses });
  await pbx.until(() => pbx.held.size === 2);
  await ear.until(({ states }) => states.at(-1)?.status === 'connected');
  const before = new Set(pbx.subscribes.map(({ headers }) => headers.get('call-id')));
  const held = pbx.of(ADDRESS);
  pbx.forgetAll();
  // A document that cannot be read makes it ask again at once.
  pbx.notify(held, { document: '<dialog-info' });
  await pbx.until(() => pbx.held.size === 2);
  for (const callId of pbx.held.keys()) assert.ok(!before.has(callId));
});

for (const reason of [
  'deactivated',
  'timeout',
  'giveup',
  'probation;retry-after=0',
  'unheard-of',
  'rejected',
  'noresource',
]) {
  test(`a subscription that the PBX ends (${reason}) is made again`, async (t) => {
    const pbx = await serve(t, { document: () => undefined });
    const { ear } = follow(t, pbx);
    await ear.until(isConnected);
    pbx.notify(pbx.of(ADDRESS), { state: `terminated;reason=${reason}` });
    await pbx.until(() => pbx.subscribes.filter(isFirst).length === 2);
  });
}

test('a PBX that knows no dialog events is told with what to load', async (t) => {
  const pbx = await serve(t, { answer: () => ({ status: 489 }) });
  const { ear } = follow(t, pbx, { addresses: [ADDRESS, OTHER] });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(
    downAdvice(ear)[0]!,
    /^2 of 2 addresses are not watched: .*489 Bad Event.*presence_dialoginfo/,
  );
});

test('one address that the PBX does not know keeps none of the others from being watched', async (t) => {
  const pbx = await serve(t, {
    answer: (request) => (addressOf(request) === ADDRESS ? { status: 404 } : undefined),
    document: () => undefined,
  });
  const { ear } = follow(t, pbx, { addresses: [ADDRESS, OTHER] });
  await ear.until((heard) => notes(heard).some((note) => note.startsWith('1 of 2')));
  const note = notes(ear).find((one) => one.startsWith('1 of 2'));
  assert.equal(note, '1 of 2 addresses are not watched: the PBX does not know the address (404).');
  assert.ok(!/1001|1002/.test(JSON.stringify(ear.states)), 'no address in the state');
});

test('a PBX whose notifications do not arrive is told as such', async (t) => {
  const pbx = await serve(t);
  const { ear } = follow(t, pbx);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /no notification arrives here: .*listen_host and listen_port/);
});

for (const [name, kind] of [
  ['Asterisk PBX 22.10.1', 'ami'],
  ['FPBX-16.0.40(18.9)', 'ami'],
  ['FreeSWITCH-mod_sofia/1.10.12-release', 'esl'],
] as const) {
  test(`the dialog events of ${name} are refused, with the kind of source to use instead`, async (t) => {
    const pbx = await serve(t, { name, document: () => doc('confirmed') });
    const { ear } = follow(t, pbx);
    await ear.until((heard) => downAdvice(heard).length > 0);
    assert.match(downAdvice(ear)[0]!, new RegExp(`a source of kind ${kind}, see docs/sources/`));
    assert.deepEqual(ear.events, []);
  });
}

test('Asterisk is known by its documents where it hides its name', async (t) => {
  const document = documentXml([{ id: '1001', callId: undefined, direction: '', state: 'confirmed' }]);
  const pbx = await serve(t, { document: () => document });
  const { ear } = follow(t, pbx);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /come from Asterisk/);
  assert.deepEqual(ear.events, []);
});

test('a forked SUBSCRIBE makes several subscriptions, and what all of them show counts', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  const held = pbx.of(ADDRESS);
  pbx.notify(held, { document: documentXml([{ id: 'a', state: 'confirmed' }]), cseq: 10 });
  pbx.notify(held, { document: documentXml([{ id: 'b', state: 'early' }]), cseq: 1, tag: 'fork' });
  pbx.notify(held, { document: documentXml([{ id: 'a', state: 'terminated' }]), cseq: 11 });
  await ear.until(({ events }) => events.length === 3);
  assert.deepEqual(words(ear.events), [
    'INCOMING CONFIRMED',
    'INCOMING EARLY',
    'INCOMING TERMINATED GIVEN_UP',
  ]);
});

test('a document that cannot be read is asked for again, and nothing is lost', async (t) => {
  let isBroken = true;
  const pbx = await serve(t, { document: () => (isBroken ? '<dialog-info' : doc('confirmed')) });
  const { ear } = follow(t, pbx);
  await pbx.until(() => pbx.subscribes.length >= 3);
  isBroken = false;
  await ear.until(({ events }) => events.length === 1);
  assert.deepEqual(words(ear.events), ['INCOMING CONFIRMED']);
});

test('a gap in partial documents is healed by a full one', async (t) => {
  let state = 'early';
  const pbx = await serve(t, { document: () => documentXml([{ state }], { version: 1 }) });
  const { ear } = follow(t, pbx);
  await ear.until(({ events }) => events.length === 1);
  state = 'confirmed';
  pbx.notify(pbx.of(ADDRESS), { document: documentXml([], { version: 3, state: 'partial' }) });
  await ear.until(({ events }) => events.length === 2);
  assert.deepEqual(words(ear.events), ['INCOMING EARLY', 'INCOMING CONFIRMED']);
});

test('devices that come into the directory are subscribed to, those that leave it are not any more', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const { ear, source } = follow(t, pbx);
  await ear.until(isConnected);
  source.watch?.(new Set([OTHER]));
  await pbx.until(() => [...pbx.held.values()].map(({ address }) => address).join(' ') === OTHER);
});

test('one who leaves the directory in mid-call is watched to the end of the call', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const { ear, source } = follow(t, pbx);
  await ear.until(isConnected);
  pbx.notify(pbx.of(ADDRESS), { document: doc('confirmed') });
  await ear.until(({ events }) => events.length === 1);
  source.watch?.(new Set([OTHER]));
  await pbx.until(() => pbx.held.size === 2);
  pbx.notify(pbx.of(ADDRESS), { document: doc('terminated') });
  await ear.until(({ events }) => events.length === 2);
  await pbx.until(() => pbx.held.size === 1);
});

test('without any device there is nothing to watch, and that is said', async (t) => {
  const pbx = await serve(t);
  const { ear } = follow(t, pbx, { addresses: [] });
  await ear.until(isConnected);
  assert.match(notes(ear)[0]!, /No device of the directory is on this source/);
});

test('after a lost connection the first document of each user tells which legs are still up', async (t) => {
  let dialogs = documentXml([
    { id: 'a', state: 'confirmed' },
    { id: 'b', state: 'early' },
  ]);
  const pbx = await serve(t, { transport: 'tcp', document: () => dialogs });
  const { ear } = follow(t, pbx, { settings: { transport: 'tcp' } });
  await ear.until(({ events }) => events.length === 2);
  dialogs = documentXml([{ id: 'a', state: 'confirmed' }]);
  pbx.forgetAll();
  pbx.cut();
  await ear.until(({ events }) => events.length === 3);
  assert.deepEqual(words(ear.events.slice(2)), ['INCOMING TERMINATED GIVEN_UP']);
  assert.deepEqual([...ear.alives.at(-1)!], [ear.events[0]?.leg]);
  assert.ok(downAdvice(ear).includes('The PBX closed the connection.'));
});

test('a user of whom nothing is known for too long has no calls any more', async (t) => {
  let isRefused = false;
  const pbx = await serve(t, {
    answer: () => (isRefused ? { status: 404 } : undefined),
    document: () => doc('confirmed'),
  });
  const { ear } = follow(t, pbx, { endCallsAfterLostMs: 30 });
  await ear.until(({ events }) => events.length === 1);
  isRefused = true;
  const known = ear.alives.length;
  pbx.notify(pbx.of(ADDRESS), { state: 'terminated;reason=deactivated' });
  await ear.until(({ alives }) => alives.length > known);
  assert.deepEqual([...ear.alives.at(-1)!], []);
});

test('while ingest cannot keep up no NOTIFY is taken, and then the full state is asked for', async (t) => {
  let state = 'early';
  const pbx = await serve(t, { document: () => doc(state) });
  const { ear } = follow(t, pbx);
  await ear.until(({ events }) => events.length === 1);
  ear.full = true;
  const answered = pbx.answers.length;
  pbx.notify(pbx.of(ADDRESS), { document: doc('confirmed') });
  // What is asked after it is answered before it.
  pbx.of(ADDRESS).send({ ...pbx.of(ADDRESS).subscribe, method: 'OPTIONS' });
  await pbx.until(() => pbx.answers.length > answered);
  assert.equal(ear.events.length, 1);
  state = 'confirmed';
  ear.empty();
  await ear.until(({ events }) => events.length === 2);
  assert.deepEqual(words(ear.events), ['INCOMING EARLY', 'INCOMING CONFIRMED']);
});

test('thousands of subscriptions begin in a paced way, the first one alone', async (t) => {
  const addresses = Array.from({ length: 2_000 }, (_, at) => `sip:${at}@pbx.example.com`);
  let isOver = false;
  const pbx = await serve(t, {
    answer: ({ headers }) => (isOver && headers.get('expires') === '0' ? 'silence' : undefined),
    document: () => undefined,
  });
  const started = performance.now();
  const { ear } = follow(t, pbx, {
    addresses,
    times: { t1Ms: 500, t2Ms: 4_000, perSecond: 2_000, atOnce: 16, firstNotifyMs: 32_000 },
  });
  await pbx.until(() => pbx.held.size === 2_000);
  assert.ok(performance.now() - started > 900, 'not all at once');
  await ear.until(({ states }) => {
    const last = states.at(-1);
    return last?.status === 'connected' && last.note === undefined;
  });
  // A busy machine may send one again.
  assert.equal(new Set(pbx.subscribes.map(({ headers }) => headers.get('call-id'))).size, 2_000);
  isOver = true;
});

test('a fault of ours is not taken for a lost connection', async (t) => {
  const pbx = await serve(t, { document: () => doc('early') });
  const source = createDialogInfoSource({
    settings: {
      id: 'pbx',
      kind: 'dialog-info',
      host: '127.0.0.1',
      port: pbx.port,
      transport: 'udp',
      secret: '',
      expiresSeconds: 300,
      defaultDeviceType: 'DESKTOP',
    },
    clock: systemClock,
    log: createLogger('silent'),
    random: () => 0.5,
    endCallsAfterLostMs: 1_000,
    times: FAST,
  });
  source.watch?.(new Set([ADDRESS]));
  const faulty = {
    ...createEar(),
    legs: () => {
      throw new TypeError('a fault');
    },
  };
  await assert.rejects(source.run(faulty, new AbortController().signal), /a fault/);
});

test('a stranger who calls itself Asterisk or FreeSWITCH keeps no call from being told', async (t) => {
  const pbx = await serve(t, { document: () => undefined });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  const held = pbx.of(ADDRESS);
  const contact = /@127\.0\.0\.1:(\d+)/.exec(held.subscribe.headers.get('contact') ?? '')?.[1];
  const stranger = createSocket('udp4');
  t.after(() => stranger.close());
  const answered = new Promise((resolve) => stranger.once('message', resolve));
  stranger.send(
    'OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx;rport\r\nFrom: <sip:a@b>;tag=1\r\n' +
      'To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nUser-Agent: Asterisk PBX 22\r\nContent-Length: 0\r\n\r\n',
    Number(contact),
    '127.0.0.1',
  );
  await answered;
  pbx.notify(held, { document: doc('early') });
  await ear.until(({ events }) => events.length === 1);
  assert.deepEqual(downAdvice(ear), []);
});

test('devices that come into the directory while the connection is made are watched', async (t) => {
  const pbx = await serve(t, { transport: 'tcp', document: () => undefined });
  const { source } = follow(t, pbx, { settings: { transport: 'tcp' } });
  source.watch?.(new Set([ADDRESS, OTHER]));
  await pbx.until(() => pbx.held.size === 2);
});

test('one who leaves the directory and is back at once keeps the call', async (t) => {
  let isMute = false;
  const pbx = await serve(t, {
    answer: ({ headers }) => (isMute && headers.get('expires') === '0' ? 'silence' : undefined),
    document: () => (isMute ? doc('confirmed') : undefined),
  });
  const { ear, source } = follow(t, pbx, { addresses: [ADDRESS, OTHER], times: { goodbyeMs: 50 } });
  await pbx.until(() => pbx.held.size === 2);
  await ear.until(isConnected);
  isMute = true;
  source.watch?.(new Set([OTHER]));
  source.watch?.(new Set([ADDRESS, OTHER]));
  await ear.until(({ events }) => events.length === 1);
  const known = ear.alives.length;
  await pause(100);
  assert.deepEqual(
    ear.alives.slice(known).filter((legs) => legs.size === 0),
    [],
  );
});

test('a PBX that finds each time too short is not asked without end', async (t) => {
  const pbx = await serve(t, {
    answer: ({ headers }) => ({
      status: 423,
      fields: [['Min-Expires', `${Number(headers.get('expires')) + 1}`]],
    }),
  });
  const { ear } = follow(t, pbx);
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /the PBX answers 423/);
});

for (const [what, reply, state] of [
  ['in its answer', { status: 200, fields: [['Expires', '0']] }, 'active;expires=1'],
  ['in its notification', undefined, 'active;expires=0'],
] as const) {
  test(`a PBX that grants a renewal no time, ${what}, is not asked again and again at once`, async (t) => {
    const pbx = await serve(t, {
      answer: (request, notifier) => {
        if (isFirst(request)) return undefined;
        setImmediate(() => notifier.notify(notifier.of(ADDRESS), { state }));
        return reply;
      },
    });
    const { ear } = follow(t, pbx, { times: { soonMs: 50 } });
    await pbx.until(() => pbx.held.size === 1);
    pbx.notify(pbx.of(ADDRESS), { state: 'active;expires=0' });
    await ear.until(isConnected);
    await pause(220);
    assert.ok(pbx.subscribes.length <= 10, `${pbx.subscribes.length} in 220 ms`);
  });
}

test('a PBX that asks for patience with a renewal is not asked again before', async (t) => {
  const pbx = await serve(t, {
    answer: (request) =>
      isFirst(request) ? undefined : { status: 503, fields: [['Retry-After', '2 (maintenance)']] },
    document: () => undefined,
  });
  const { ear } = follow(t, pbx);
  await ear.until(isConnected);
  // A document that cannot be read brings the renewal forward.
  pbx.notify(pbx.of(ADDRESS), { document: '<dialog-info' });
  await pbx.until(() => pbx.subscribes.length === 2);
  await pause(100);
  assert.equal(pbx.subscribes.length, 2);
});

test('a body of empty lines is an empty one', async (t) => {
  const pbx = await serve(t, { document: () => doc('confirmed') });
  const { ear } = follow(t, pbx);
  await ear.until(({ events }) => events.length === 1);
  pbx.notify(pbx.of(ADDRESS), { document: '\r\n', type: 'text/plain' });
  await pbx.until(() => statuses(pbx).length === 2);
  assert.deepEqual(statuses(pbx), [200, 200]);
  assert.deepEqual(words(ear.events), ['INCOMING CONFIRMED', 'INCOMING TERMINATED GIVEN_UP']);
});

test('a subscription that waits for a permission is told as one that does not watch', async (t) => {
  const pbx = await serve(t);
  const { ear } = follow(t, pbx);
  await pbx.until(() => pbx.held.size === 1);
  pbx.notify(pbx.of(ADDRESS), { state: 'pending;expires=300' });
  await ear.until((heard) => downAdvice(heard).length > 0);
  assert.match(downAdvice(ear)[0]!, /pending/);
  pbx.notify(pbx.of(ADDRESS), { document: doc('early') });
  await ear.until(({ states }) => states.at(-1)?.status === 'connected');
});
