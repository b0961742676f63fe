/** The seed document's two examples, byte for byte. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Direction } from '../../src/call/leg-event.ts';
import type { LegStep } from '../../src/call/leg-state.ts';
import { encodeBody, formatTimestamp } from '../../src/call/outward-event.ts';
import { OPEN_PRIVACY } from '../../src/policy/organisation.ts';
import { report } from '../../src/policy/report.ts';

interface Example {
  title: string;
  callId: string;
  branchId: string;
  direction: Direction;
  steps: LegStep[];
}

const at = (time: string) => Date.parse(time);

const EXAMPLES: Example[] = [
  {
    title: 'incoming',
    callId: 'tvNAazZlEwDZTCO74Pk95Q',
    branchId: 'L1FIItkNwW0.',
    direction: 'INCOMING',
    steps: [
      { state: 'EARLY', atMs: at('2021-09-30T10:36:19.315Z') },
      { state: 'CONFIRMED', atMs: at('2021-09-30T10:36:21.970Z') },
      { state: 'TERMINATED', atMs: at('2021-09-30T10:36:26.018Z'), reason: 'HANGUP' },
    ],
  },
  {
    title: 'outgoing',
    callId: 'lbDc8Xh8eqzweI1BOr8apg',
    branchId: 'VrcWMeJVUDc.',
    direction: 'OUTGOING',
    steps: [
      { state: 'EARLY', atMs: at('2021-09-30T12:04:23.242Z') },
      { state: 'CONFIRMED', atMs: at('2021-09-30T12:04:25.739Z') },
      { state: 'TERMINATED', atMs: at('2021-09-30T12:04:28.448Z'), reason: 'HANGUP' },
    ],
  },
];

for (const { title, callId, branchId, direction, steps } of EXAMPLES) {
  test(`the seed's ${title} example comes out byte for byte, with 4 digits masked`, () => {
    const leg = {
      callId,
      branchId,
      direction,
      deviceType: 'SOFT' as const,
      person: { userId: 'setera.test@seteratesting.fi' },
      localNumber: '+358942721234',
      remoteNumber: '+358409401234',
    };
    const privacy = { ...OPEN_PRIVACY, modifyLocalNumber: { mask: 4 }, modifyRemoteNumber: { mask: 4 } };
    const bodies = steps.map((step, index) => encodeBody(index + 1, report(leg, step, privacy)));
    const seed = readFileSync(new URL(`./seed-${title}.json`, import.meta.url), 'utf8');
    // The document shows the three bodies as one indented array; each is sent without that white space.
    assert.equal(`[${bodies.join(',')}]`, seed.replace(/\n\s*/g, '').replaceAll('": ', '":').trim());
  });
}

test('a timestamp is UTC with milliseconds and a written-out offset', () => {
  assert.equal(formatTimestamp(0), '1970-01-01T00:00:00.000+00:00');
});
