/** What the portal says first of a call, and of an organisation. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { summaryOf, type Leg } from '../../portal/src/rooms/calls/summary.ts';
import { rangeOf, readSearch } from '../../portal/src/rooms/calls/search.ts';
import { legsOf, verdictOf, type Finding, type LegFinding } from '../../portal/src/rooms/calls/verdict.ts';
import { wellBeingOf, type Situation } from '../../portal/src/rooms/overview/well-being.ts';
import { spanText, stopwatch } from '../../portal/src/ui/span.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 12, 30, second)).toISOString();

function leg(more: Partial<Leg>): Leg {
  return {
    direction: 'INCOMING',
    local_user_id: 'matti',
    remote_number: '+358409401234',
    began_at: at(0),
    ...more,
  };
}

const ended = { ended_at: at(9), reason: 'CANCELLED' };

test('a call that rings at many names all, one that was answered names who answered', () => {
  const others = [leg({}), leg({ local_user_id: 'maija', began_at: at(1) })];
  const ringing = summaryOf(others);
  assert.deepEqual(
    [ringing.state, ringing.who, ringing.other, ringing.beganAt],
    ['ringing', ['matti', 'maija'], '+358409401234', at(0)],
  );
  const talking = summaryOf([leg(ended), leg({ local_user_id: 'maija', answered_at: at(8) })]);
  assert.deepEqual([talking.state, talking.who, talking.answeredAt], ['talking', ['maija'], at(8)]);
  assert.equal(talking.endedAt, undefined);
});

test('an internal call is told from the side that called', () => {
  const { way, who, other } = summaryOf([
    leg({ local_user_id: 'maija', remote_user_id: 'matti', answered_at: at(3) }),
    leg({ direction: 'OUTGOING', remote_user_id: 'maija', answered_at: at(3) }),
  ]);
  assert.deepEqual([way, who, other], ['internal', ['matti'], 'maija']);
});

test('a call that ended was answered, refused by all, or neither', () => {
  const refused = leg({ ended_at: at(2), reason: 'REJECTED' });
  assert.equal(summaryOf([leg({ answered_at: at(1), ended_at: at(5) })]).state, 'ended');
  assert.equal(summaryOf([refused]).state, 'refused');
  assert.equal(summaryOf([refused, leg(ended)]).state, 'notAnswered');
  assert.equal(summaryOf([refused, leg(ended)]).endedAt, at(9));
});

const LEG: LegFinding = {
  code: 'leg',
  text: '',
  branch_id: 'a',
  direction: 'INCOMING',
  first_state: 'EARLY',
  began_at: at(0),
};
const TOLD: Finding = { code: 'delivered', text: '', endpoint: 'crm', states: ['EARLY'], after_ms: 100 };
const DEAD: Finding = { code: 'dead', text: '', endpoint: 'crm', states: ['EARLY'] };

test('the worst that happened to a call is said first, with its leg', () => {
  const second = { ...LEG, branch_id: 'b' };
  const findings: Finding[] = [LEG, TOLD, second, TOLD, DEAD];
  const { kind, tone, leg: of, why } = verdictOf(findings);
  assert.deepEqual([kind, tone, of?.branch_id, why?.code], ['failed', 'bad', 'b', 'dead']);
  assert.deepEqual(
    legsOf(findings).map(({ others }) => others.length),
    [1, 2],
  );
});

test('of a call that was told, the leg that was answered is said', () => {
  const answered = { ...LEG, branch_id: 'b', answered_at: at(5) };
  const { kind, leg: of } = verdictOf([LEG, TOLD, answered, TOLD]);
  assert.deepEqual([kind, of?.branch_id], ['told', 'b']);
  assert.equal(verdictOf([LEG]).kind, 'unknown');
});

test('of an address only what can be understood is looked for', () => {
  assert.deepEqual(readSearch({ result: 'failed', user: 'matti', time: '24h', page: 3 }), {
    result: 'failed',
    user: 'matti',
    time: '24h',
  });
  assert.deepEqual(
    readSearch({ result: 'lost', user: '', time: 'constructor', from: '2026-13-45', to: 7 }),
    {},
  );
});

test('days are those of the reader, the last one to its end', () => {
  const { from, to } = rangeOf({ from: '2026-11-23', to: '2026-11-23' }, 0);
  assert.equal(Date.parse(to!) - Date.parse(from!), 86_400_000);
  assert.equal(rangeOf({ time: '1h' }, Date.parse(at(0))).from, '2026-11-23T11:30:00.000Z');
});

test('an overview says what is missing before what is wrong, and that before that all is well', () => {
  const well: Situation = {
    hasUsers: true,
    endpoints: [{ health: { state: 'healthy' } }],
    hasCalls: true,
    failed: 0,
  };
  const of = (more: Partial<Situation>) => wellBeingOf({ ...well, ...more }).kind;
  const inState = (state: 'paused' | 'recovering' | 'disabled') => ({ endpoints: [{ health: { state } }] });
  assert.equal(of({}), 'well');
  assert.equal(of({ hasCalls: false }), 'silent');
  assert.equal(of({ failed: 1 }), 'failed');
  assert.equal(of({ ...inState('recovering'), failed: 1 }), 'catchingUp');
  assert.equal(of(inState('disabled')), 'off');
  assert.equal(of({ ...inState('paused'), failed: 1 }), 'unwell');
  assert.equal(of({ ...inState('paused'), hasUsers: false }), 'setUp');
  assert.deepEqual(wellBeingOf({ hasUsers: false, endpoints: [], hasCalls: false, failed: 0 }).steps, [
    'users',
    'endpoint',
    'call',
  ]);
});

test('how long something lasted is said as on a telephone, and in words', () => {
  assert.deepEqual([-5, 7_900, 750_000, 3_723_000].map(stopwatch), ['0:00', '0:07', '12:30', '1:02:03']);
  assert.deepEqual(
    [400, 12_000, 180_000, 172_800_000].map((ms) => spanText(ms, 'en')),
    ['0.4 sec', '12 sec', '3 min', '2 days'],
  );
});
