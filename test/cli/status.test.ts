/** The screen of `callhook status`: how things are at a glance, and what to do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { statusLines, type Overview } from '../../src/cli/status.ts';
import { makeFolder, run } from '../support/callhook-process.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00Z');

const screen = (overview: Overview) =>
  stripVTControlCharacters([...statusLines(overview, NOW_MS)].join('\n'));

test('a healthy installation', () => {
  const source = {
    id: 'office-pbx',
    status: 'connected',
    sinceMs: NOW_MS - 180_000,
    openLegs: 2,
    heardAtMs: NOW_MS - 7_000,
    lagMs: 240,
    reconnects: 2,
    countedSinceMs: NOW_MS - 5 * 86_400_000,
    lastBreak: { atMs: NOW_MS - 190_000, why: 'Asterisk closed the connection.' },
  } as const;
  const last = { startedAtMs: NOW_MS - 4_000, durationMs: 38.4, outcome: 'delivered', statusCode: 204 };
  const endpoint = {
    organisationId: 'acme',
    id: 'crm',
    url: 'https://crm.acme.example/hooks/calls',
    pending: 0,
    lanesWaiting: 0,
    delivered: 1_204,
    expired: 0,
    dead: 0,
    health: { kind: 'healthy' } as const,
    last,
  };
  assert.equal(
    screen({ serving: true, nodes: ['this'], sources: [source], endpoints: [endpoint] }),
    `● callhook serves

Sources
  ● office-pbx  connected for 3 min, 2 open legs
      last event 7 s ago, stored 0.2 s after it happened
      connection lost 2 times within 5 days, the last time 3 min ago: Asterisk closed the connection.

Endpoints
  ● acme/crm  https://crm.acme.example/hooks/calls
      1204 delivered, 0 waiting
      last attempt 4 s ago: delivered (204), 38 ms`,
  );
});

test('what is wrong stands out, with its age and what to do', () => {
  const source = {
    id: 'pbx',
    status: 'down',
    sinceMs: NOW_MS - 90_000,
    openLegs: 1,
    advice: 'Check the password.',
    reconnects: 0,
    countedSinceMs: NOW_MS - 90_000,
  } as const;
  const unread = { id: 'zz-new', status: 'connecting', openLegs: 0, reconnects: 0 } as const;
  const endpoint = {
    organisationId: 'acme',
    id: 'crm',
    url: 'https://crm.acme.example/',
    pending: 7,
    lanesWaiting: 3,
    oldestPendingAtMs: NOW_MS - 3 * 3_600_000,
    delivered: 0,
    expired: 2,
    dead: 1,
    health: {
      kind: 'paused',
      probes: 1,
      resumeAtMs: NOW_MS + 12_000,
      sinceMs: NOW_MS - 7_200_000,
      lastMs: NOW_MS,
      reason: 'It is down.',
      warned: 0,
    } as const,
    last: { startedAtMs: NOW_MS, durationMs: 12, outcome: 'tls_untrusted', detail: 'Trust its authority.' },
  };
  assert.equal(
    screen({ serving: true, nodes: ['this'], sources: [source, unread], endpoints: [endpoint] }),
    `● callhook serves

Sources
  ○ pbx  down for 90 s, 1 open leg
      Check the password.
      no event heard yet
  ○ zz-new  not read yet, 0 open legs

Endpoints
  ○ acme/crm  https://crm.acme.example/
      paused, failing for 2 h; one message is tried in 12 s
      0 delivered, 7 waiting, the oldest for 3 h, 2 expired, 1 dead letter
      last attempt 0 s ago: tls_untrusted, 12 ms
      Trust its authority.`,
  );
});

test('a new installation says what comes next', () => {
  assert.equal(
    screen({ serving: false, nodes: [], sources: [], endpoints: [] }),
    `○ callhook does not run: start \`callhook serve\`

Sources
  none yet: name one in the file for \`callhook apply\`

Endpoints
  none yet: name one in the file for \`callhook apply\``,
  );
});

test('without a database it says how to get one', async (t) => {
  const { code, err } = await run(t, makeFolder(t), ['status']);
  assert.equal(code, 1);
  assert.match(err, /There is no database callhook\.db yet\. `callhook apply FILE` makes one/);
});
