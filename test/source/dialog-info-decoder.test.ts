/** The XML of dialog-info documents: the RFC's own examples, names that are not escaped, and attacks. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { MAX_DOCUMENT_BYTES, readDocument } from '../../src/source/dialog-info/decoder.ts';
import { documentOf, documentXml } from '../support/dialog-info.ts';

const problemOf = (xml: string) => {
  const decoded = readDocument(Buffer.from(xml));
  return 'unreadable' in decoded ? decoded.unreadable : undefined;
};
const isMended = (xml: string) => {
  const decoded = readDocument(Buffer.from(xml));
  return 'document' in decoded && decoded.isMended;
};

test('RFC 4235 section 6.1: a call that begins, with what the UA knows of it', () => {
  const document = documentOf(`<?xml version="1.0"?>
    <dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:alice@example.com">
      <dialog id="as7d900as8" call-id="a84b4c76e66710" local-tag="1928301774" direction="initiator">
        <state>trying</state>
      </dialog>
    </dialog-info>`);
  assert.deepEqual(document, {
    entity: 'sip:alice@example.com',
    version: 0,
    isFull: true,
    dialogs: [
      {
        id: 'as7d900as8',
        callId: 'a84b4c76e66710',
        localTag: '1928301774',
        direction: 'initiator',
        state: 'TRYING',
      },
    ],
  });
});

test('RFC 4235 section 6.2: a partial document with the answer of the far end', () => {
  const { isFull, dialogs } = documentOf(`<?xml version="1.0" encoding="UTF-8"?>
    <dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="2" state="partial" entity="sip:alice@example.com">
      <dialog id="as7d900as8" call-id="a84b4c76e66710" local-tag="1928301774" remote-tag="456887766" direction="initiator">
        <state event="2xx-received" code="200">confirmed</state>
        <duration>3</duration>
        <local><identity display="Alice">sip:alice@example.com</identity>
          <target uri="sip:alice@phone11.example.com"><param pname="+sip.rendering" pval="yes"/></target></local>
        <remote><identity>sip:bob@example.org</identity><target uri="sip:bobster@phone21.example.org"/></remote>
      </dialog>
    </dialog-info>`);
  assert.equal(isFull, false);
  assert.deepEqual(dialogs, [
    {
      id: 'as7d900as8',
      callId: 'a84b4c76e66710',
      localTag: '1928301774',
      remoteTag: '456887766',
      direction: 'initiator',
      state: 'CONFIRMED',
      event: '2xx-received',
      code: 200,
      localIdentity: 'sip:alice@example.com',
      remoteIdentity: 'sip:bob@example.org',
      remoteTarget: 'sip:bobster@phone21.example.org',
    },
  ]);
});

test('namespaces may have prefixes, and elements of others are passed over', () => {
  const { dialogs } =
    documentOf(`<d:dialog-info xmlns:d="urn:ietf:params:xml:ns:dialog-info" version="1" state="full">
    <x:other xmlns:x="urn:x"><dialog id="no"><state>early</state></dialog></x:other>
    <d:dialog id="yes"><d:state><![CDATA[early]]></d:state></d:dialog></d:dialog-info>`);
  assert.deepEqual(dialogs, [{ id: 'yes', state: 'EARLY' }]);
});

for (const more of [
  '<x:state xmlns:x="urn:x">busy</x:state>',
  '<state xmlns="urn:x">busy</state>',
  '<sa:state>busy</sa:state>',
  '<x:remote xmlns:x="urn:x"><x:identity>sip:1002@192.0.2.1</x:identity></x:remote>',
]) {
  test(`an extension says nothing of the dialog, also where it has the same words: ${more}`, () => {
    const [dialog] = documentOf(documentXml([{ state: 'early', more, remote: '' }])).dialogs;
    assert.deepEqual([dialog?.state, dialog?.remoteIdentity], ['EARLY', undefined]);
  });
}

test('a dialog without an id, or in a state that nobody knows, is left out', () => {
  const { dialogs } = documentOf(`<dialog-info version="x" state="full"><dialog><state>early</state></dialog>
    <dialog id="b"><state>humming</state></dialog><dialog id="c"/></dialog-info>`);
  assert.deepEqual(dialogs, []);
});

for (const name of [
  'Müller & Söhne',
  'a < b',
  'R&D',
  '&nbsp;',
  'Matti "Masa" Meikäläinen',
  'x</y>',
  '<b>',
  'a\u0001b',
]) {
  test(`a name that is not escaped costs no call: ${JSON.stringify(name)}`, () => {
    const xml = documentXml([{ state: 'early', display: name }]);
    assert.equal(isMended(xml), true);
    assert.equal(documentOf(xml).dialogs[0]?.remoteIdentity, 'sip:+358401234567@192.0.2.1');
  });
}

for (const [what, change] of [
  ['with an empty line before it', (xml: string) => `\r\n${xml}`],
  [
    'with single quotes around names',
    (xml: string) => xml.replace(/display="[^"]*"/, "display='O'Brien & <Co>'"),
  ],
  ['with characters that XML does not have', (xml: string) => xml.replace('sip:+', 'sip:&#1;&#x1f;&#x0;+')],
] as const) {
  test(`a document ${what} is read`, () => {
    const xml = change(documentXml([{ state: 'early', display: 'Matti' }]));
    assert.equal(isMended(xml), true);
    assert.equal(documentOf(xml).dialogs[0]?.remoteIdentity, 'sip:+358401234567@192.0.2.1');
  });
}

test('an identity that is not escaped is read as it was meant', () => {
  const [dialog] = documentOf(documentXml([{ state: 'early', remote: 'sip:a&b@192.0.2.1;x=<y' }])).dialogs;
  assert.equal(dialog?.remoteIdentity, 'sip:a&b@192.0.2.1;x=<y');
});

test('a document that is cut off is not half read', () => {
  const xml = documentXml([{ state: 'early' }]);
  for (const length of [1, 40, xml.length / 2, xml.length - 15]) {
    assert.equal(problemOf(xml.slice(0, length)), 'it is not well-formed XML');
  }
});

test('a document type is refused, and with it every entity and every file behind one', () => {
  const body = documentXml([{ state: 'early', remote: '&lol;' }]).replace('<?xml version="1.0"?>', '');
  for (const type of [
    '<!DOCTYPE d SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE d [<!ENTITY lol "ha"><!ENTITY lol2 "&lol;&lol;&lol;">]>',
    '<!DOCTYPE d>',
  ]) {
    assert.equal(problemOf(`<?xml version="1.0"?>${type}${body}`), 'it has a document type');
  }
});

test('depth, size and number of dialogs are bounded', () => {
  const deep = `<dialog-info>${'<a>'.repeat(100_00)}`;
  assert.equal(problemOf(deep), 'it is nested too deeply');
  assert.equal(
    problemOf(documentXml(Array.from({ length: 501 }, (_, id) => ({ id: `${id}`, state: 'early' })))),
    'it has too many dialogs',
  );
  assert.equal(problemOf(' '.repeat(MAX_DOCUMENT_BYTES + 1)), 'it is too long');
});

test('something else than a dialog-info document is told as such', () => {
  assert.equal(problemOf('<presence/>'), 'it is no dialog-info document');
  assert.equal(problemOf('hello'), 'it is not well-formed XML');
});

test('a hostile text of full length is done with in no time', () => {
  for (const piece of [' display="', " display='", '&#00', '&', '<', '"', '<dialog ', ' display="x" ']) {
    const text = `<dialog-info>${piece.repeat(Math.floor((MAX_DOCUMENT_BYTES - 100) / piece.length))}`;
    const started = performance.now();
    assert.ok(problemOf(text) !== undefined);
    assert.ok(performance.now() - started < 2_000, `${piece}: ${performance.now() - started} ms`);
  }
});

test('whatever bytes come, nothing is thrown', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readDocument(bytes)));
  const xml = Buffer.from(
    documentXml([
      { state: 'early', display: 'Matti' },
      { id: 'b', state: 'confirmed' },
    ]),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(xml.length - 1), fc.nat(255)), { maxLength: 20 }), (faults) => {
      const damaged = Buffer.from(xml);
      for (const [at, byte] of faults) damaged[at] = byte;
      const decoded = readDocument(damaged);
      assert.ok('unreadable' in decoded || decoded.document.dialogs.length <= 2);
    }),
    { numRuns: 500 },
  );
});
