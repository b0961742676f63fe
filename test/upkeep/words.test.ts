/** Notices in words: everything that a person needs, nothing that must not leave. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readAnswer } from '../../src/delivery/outcome.ts';
import { noticeName, plainReason, wordsOf } from '../../src/upkeep/notices/words.ts';
import { aNotice, AT_MS, NOTICES, REASON } from './a-notice.ts';

const [PAUSED, SOON, DISABLED, GONE, RECOVERED] = NOTICES.map((notice) => wordsOf(aNotice({ notice })));

test('a pause is told with endpoint, host, time, reason, what happens next and what to do', () => {
  assert.equal(PAUSED?.subject, 'Callhook: acme/crm does not take messages, they wait');
  assert.equal(
    PAUSED?.text,
    `Endpoint:      acme/crm
Receiver:      crm.acme.example:8443
Failing since: 2026-11-23 09:00 UTC
Reason:        The receiver answered 503: it failed.

What happens next
Nothing is lost: its messages wait. Callhook tries the receiver with one message now and then, and delivers the rest in order as soon as it answers. If it still fails on 2026-11-28 09:00 UTC, the endpoint is disabled.

What to do
Look after the receiver, or tell those who run it. \`callhook status\` shows how it is doing.
`,
  );
});

test('what comes closer has its day in the subject', () => {
  assert.equal(SOON?.subject, 'Callhook: acme/crm will be disabled on 2026-11-28 09:00 UTC');
});

test('a disabled endpoint is told with the command that enables it', () => {
  assert.match(DISABLED?.text ?? '', /Disabled since: 2026-11-23 10:36 UTC/);
  assert.match(DISABLED?.text ?? '', /run `callhook enable acme\/crm`/);
});

test('a receiver that wants no more may also be right', () => {
  assert.match(GONE?.text ?? '', /remove the endpoint.*callhook enable acme\/crm/s);
});

test('the end of the trouble is told with its length', () => {
  assert.equal(RECOVERED?.subject, 'Callhook: acme/crm takes messages again');
  assert.match(
    RECOVERED?.text ?? '',
    /Failed since: 2026-11-23 09:00 UTC\nBack since: +2026-11-23 10:36 UTC/,
  );
});

test("nothing of the endpoint's address but the host gets out", () => {
  for (const words of [PAUSED, SOON, DISABLED, GONE, RECOVERED]) {
    assert.doesNotMatch(`${words?.subject}${words?.text}`, /k3y|t0ken|hooks/);
  }
});

test("a receiver's own words, which may hold a number, stay out of the reason", () => {
  const outcome = readAnswer({ statusCode: 503, excerpt: 'no such number: +358401234567' }, AT_MS);
  assert.ok(!outcome.ok);
  assert.match(outcome.detail, /no such number/);
  assert.equal(plainReason(outcome.detail), REASON);
});

test('a notice keeps its name over its tries, and no other has it', () => {
  const notice = aNotice();
  assert.equal(noticeName(notice), noticeName({ ...notice, attemptsMade: 9 }));
  assert.match(noticeName(notice), /^notice_[\w-]{22}$/);
  const others = [
    aNotice({ id: 8 }),
    aNotice({ channel: 'webhook' }),
    aNotice({ atMs: AT_MS + 1 }),
    aNotice({ endpointId: 'erp' }),
  ];
  assert.equal(new Set([notice, ...others].map(noticeName)).size, 5);
});
