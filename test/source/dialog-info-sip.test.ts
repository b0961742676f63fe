/** SIP itself: messages, streams, logins. The RFCs' own examples where they have them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { authorise, chooseChallenge } from '../../src/source/dialog-info/sip/digest.ts';
import {
  branchOf,
  readCSeq,
  readNameAddr,
  readSeconds,
  readSubscriptionState,
  tagOf,
} from '../../src/source/dialog-info/sip/fields.ts';
import {
  encode,
  Headers,
  parseDatagram,
  splitAt,
  type SipMessage,
} from '../../src/source/dialog-info/sip/message.ts';
import { SipStream } from '../../src/source/dialog-info/sip/stream.ts';

const crlf = (text: string) => text.replace(/\r?\n/g, '\r\n');
const parse = (text: string) => parseDatagram(Buffer.from(crlf(text)));

/** RFC 4475 section 3.1.1.1, with the parts that a NOTIFY could have too. */
const TORTUOUS = `INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 2
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

v=`;

test('RFC 4475 section 3.1.1.1: a short tortuous message is read as it was meant', () => {
  const message = parse(TORTUOUS);
  assert.equal(message?.kind, 'request');
  const { headers } = message;
  assert.equal(tagOf(headers.get('to')), '1918181833n');
  assert.equal(tagOf(headers.get('from')), '98asjd8');
  assert.equal(readNameAddr(headers.get('from') ?? '').uri, 'sip:jdrosen@example.com');
  assert.deepEqual(readCSeq(headers.get('cseq')), { number: 9, method: 'INVITE' });
  assert.equal(headers.all('via').length, 3);
  assert.equal(branchOf(headers), '390skdjuw');
  assert.equal(readNameAddr(headers.get('contact') ?? '').parameters.get('newparam'), 'newvalue');
  assert.equal(message.body.length, 2);
});

test('RFC 4475 section 3.1.2.2: a length that is more than there is, is a broken message', () => {
  assert.equal(parse('NOTIFY sip:a@b SIP/2.0\nContent-Length: 9999\n\nshort'), undefined);
});

test('RFC 4475 section 3.1.2.3: a negative length is a broken message', () => {
  assert.equal(parse('NOTIFY sip:a@b SIP/2.0\nContent-Length: -999\n\nshort'), undefined);
});

test('RFC 4475 section 3.1.2.4: a sequence number that is too large is none', () => {
  assert.equal(readCSeq('36893488147419103232 REGISTER'), undefined);
  assert.equal(readCSeq('2147483648 NOTIFY'), undefined);
});

test('what is behind the length of a datagram is left out', () => {
  const read = parse('NOTIFY sip:a@b SIP/2.0\nl: 3\n\nabcdef');
  assert.equal(Buffer.from(read!.body).toString(), 'abc');
});

test('two lengths that differ are none', () => {
  assert.equal(parse('NOTIFY sip:a@b SIP/2.0\nContent-Length: 3\nl: 4\n\nabcd'), undefined);
});

test('keep-alives and other protocols are no messages', () => {
  for (const text of [
    '',
    '\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'SIP/2.0 OK\r\n\r\n',
    'NOTIFY SIP/2.0\r\n\r\n',
  ])
    assert.equal(parseDatagram(Buffer.from(text)), undefined);
});

test('commas and semicolons within quotes and brackets part nothing', () => {
  assert.deepEqual(splitAt('"a, b" <sip:c;d,e>, f', ','), ['"a, b" <sip:c;d,e>', 'f']);
  assert.deepEqual(splitAt('"a\\", b", c', ','), ['"a\\", b"', 'c']);
});

test('a line break cannot be written into a field', () => {
  assert.throws(() => new Headers([['To', 'x\r\nVia: y']]), /line break/);
});

test('a Subscription-State tells its reason and times', () => {
  assert.deepEqual(readSubscriptionState('Terminated;Reason=giveup;retry-after=30'), {
    state: 'terminated',
    reason: 'giveup',
    retryAfterSeconds: 30,
  });
  assert.equal(readSeconds('18000;duration=3600'), 18000);
  assert.equal(readSeconds('120 (I am in a meeting)'), 120);
  assert.equal(readSeconds('soon'), undefined);
});

/** RFC 7616 section 3.9.1. */
const RFC7616 = ['SHA-256', 'MD5'].map(
  (algorithm) =>
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
);
const MUFASA = { username: 'Mufasa', secret: 'Circle of Life' };
const GET = {
  method: 'GET',
  uri: '/dir/index.html',
  count: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

for (const [algorithm, response] of [
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
] as const) {
  test(`RFC 7616 section 3.9.1: the login by ${algorithm}`, () => {
    const challenge = chooseChallenge(RFC7616.filter((field) => field.includes(`=${algorithm},`)));
    const answer = authorise(challenge!, MUFASA, GET);
    assert.match(answer, new RegExp(`response="${response}"`));
    assert.match(answer, /nc=00000001/);
  });
}

test('RFC 7616 section 3.9.2: SHA-512-256, for a user whose name is plain here', () => {
  const field = RFC7616[0]!.replace('SHA-256', 'SHA-512-256');
  assert.match(
    authorise(chooseChallenge([field])!, MUFASA, GET),
    /response="[\da-f]{64}".*algorithm=SHA-512-256/,
  );
});

test('RFC 8760: the topmost challenge that can be answered is', () => {
  assert.equal(
    chooseChallenge(['Digest realm="a", nonce="b", algorithm=TIGER', ...RFC7616])?.algorithm,
    'SHA-256',
  );
  assert.equal(chooseChallenge(RFC7616.toReversed())?.algorithm, 'MD5');
  assert.equal(
    chooseChallenge(['Basic realm="a"', 'Digest realm="a", nonce="b", qop="auth-int"']),
    undefined,
  );
});

test('RFC 2069: without qop the old way, without counting', () => {
  const answer = authorise(chooseChallenge(['Digest realm="r", nonce="n"'])!, MUFASA, GET);
  assert.ok(!/nc=|qop=|cnonce=/.test(answer), answer);
});

test('quotes in what the PBX writes do not break the answer', () => {
  const challenge = chooseChallenge(['Digest realm="a \\"b\\"", nonce="n", stale=TRUE']);
  assert.equal(challenge?.isStale, true);
  assert.match(authorise(challenge, MUFASA, GET), /realm="a \\"b\\""/);
});

function notifyWith(body: string): Buffer {
  const headers = new Headers([
    ['Via', 'SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKa'],
    ['CSeq', '1 NOTIFY'],
  ]);
  return encode({ kind: 'request', method: 'NOTIFY', uri: 'sip:a@b', headers, body: Buffer.from(body) });
}

const bodies = (messages: readonly SipMessage[]) => messages.map(({ body }) => Buffer.from(body).toString());

test('any chunking of a stream gives the same messages, keep-alives between them or not', () => {
  const written = ['', 'Müller & Söhne 🙂', 'x'.repeat(3_000), '\r\n\r\nINVITE'];
  const stream = Buffer.concat(written.flatMap((body) => [Buffer.from('\r\n\r\n'), notifyWith(body)]));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
      const decoder = new SipStream();
      const read: SipMessage[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const size = sizes[turn % sizes.length]!;
        read.push(...decoder.push(stream.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(bodies(read), written);
    }),
  );
  const single = new SipStream();
  assert.deepEqual(
    bodies(Array.from(stream, (_, at) => stream.subarray(at, at + 1)).flatMap((one) => single.push(one))),
    written,
  );
});

for (const [what, text] of [
  ['a message without a length', 'NOTIFY sip:a@b SIP/2.0\r\nCSeq: 1 NOTIFY\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['a message that is too long', 'NOTIFY sip:a@b SIP/2.0\r\nContent-Length: 99999999\r\n\r\n'],
  ['a head without an end', `NOTIFY sip:a@b SIP/2.0\r\nX: ${'x'.repeat(40_000)}`],
] as const) {
  test(`behind ${what} on a stream nothing is read`, () => {
    const stream = new SipStream();
    assert.deepEqual(stream.push(Buffer.from(text)), []);
    assert.equal(stream.isBroken, true);
    assert.deepEqual(stream.push(notifyWith('x')), []);
  });
}

test('whatever bytes come, no message is forged and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      parseDatagram(bytes);
      new SipStream().push(bytes);
    }),
  );
  const whole = notifyWith('body');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 }), (faults) => {
      const damaged = Buffer.from(whole);
      for (const [at, byte] of faults) damaged[at] = byte;
      parseDatagram(damaged);
      assert.ok(new SipStream().push(damaged).length <= 1);
    }),
    { numRuns: 500 },
  );
});
