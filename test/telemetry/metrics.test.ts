/** Metrics as Prometheus reads them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Overview } from '../../src/telemetry/gauges.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const CALM: Overview = {
  databaseUp: true,
  attemptsInFlight: 3,
  sources: [{ id: 'office-pbx', up: true, openLegs: 2 }],
  endpoints: { healthy: 4, paused: 1 },
  backlog: { messages: 12, oldestMs: 1_500, lanes: 5 },
};

function metricsOf(overview: () => Promise<Overview> = async () => CALM) {
  return createMetrics({ version: '1.2.3', overview });
}

/** The samples of our own metrics: `name{labels}` to value. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith('callhook_'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

test('what others count is told, durations in seconds', async () => {
  const metrics = metricsOf();
  metrics.legEvent('office-pbx', 'reported');
  metrics.legEvent('office-pbx', 'not a device of the directory');
  metrics.committed({ durationMs: 4, states: ['EARLY', 'EARLY', 'TERMINATED'] });
  metrics.attempted({ outcome: 'receiver_error', durationMs: 250 });
  metrics.attempted({ outcome: 'delivered', durationMs: 30 });
  metrics.delivered(80);
  metrics.expired(2);
  metrics.deadLetters(1);
  const told = samples(await metrics.text());
  for (const [name, value] of [
    ['callhook_leg_events_total{source="office-pbx",verdict="reported"}', 1],
    ['callhook_leg_events_total{source="office-pbx",verdict="not_a_device_of_the_directory"}', 1],
    ['callhook_commits_total', 1],
    ['callhook_commit_seconds_sum', 0.004],
    ['callhook_messages_committed_total{state="EARLY"}', 2],
    ['callhook_messages_committed_total{state="TERMINATED"}', 1],
    ['callhook_attempts_total{outcome="receiver_error"}', 1],
    ['callhook_attempts_total{outcome="delivered"}', 1],
    ['callhook_attempt_seconds_sum', 0.28],
    ['callhook_event_to_delivery_seconds_bucket{le="0.1"}', 1],
    ['callhook_event_to_delivery_seconds_bucket{le="0.05"}', 0],
    ['callhook_delivered_total', 1],
    ['callhook_expired_total', 2],
    ['callhook_dead_letters_total', 1],
  ] as const) {
    assert.equal(told.get(name), value, name);
  }
});

test('a phone system whose clock is ahead does not make time run backwards', async () => {
  const metrics = metricsOf();
  metrics.delivered(-500);
  assert.equal(samples(await metrics.text()).get('callhook_event_to_delivery_seconds_sum'), 0);
});

test('counters without labels are there before anything happens, so that a first rise is seen', async () => {
  const told = samples(await metricsOf().text());
  for (const name of ['commits', 'delivered', 'expired', 'dead_letters']) {
    assert.equal(told.get(`callhook_${name}_total`), 0, name);
  }
});

test('how things stand is asked at each scrape', async () => {
  let overview = CALM;
  const metrics = metricsOf(async () => overview);
  const before = samples(await metrics.text());
  assert.deepEqual(
    [...before].filter(([name]) => !/_total|_bucket|_sum|_count/.test(name)),
    [
      ['callhook_build_info{version="1.2.3"}', 1],
      ['callhook_database_up', 1],
      ['callhook_attempts_in_flight', 3],
      ['callhook_source_up{source="office-pbx"}', 1],
      ['callhook_open_legs{source="office-pbx"}', 2],
      ['callhook_endpoints{health="healthy"}', 4],
      ['callhook_endpoints{health="failing"}', 0],
      ['callhook_endpoints{health="paused"}', 1],
      ['callhook_endpoints{health="probing"}', 0],
      ['callhook_endpoints{health="recovering"}', 0],
      ['callhook_endpoints{health="disabled"}', 0],
      ['callhook_backlog_messages', 12],
      ['callhook_backlog_oldest_seconds', 1.5],
      ['callhook_lanes_waiting', 5],
    ],
  );
  overview = {
    ...CALM,
    sources: [{ id: 'other-pbx', up: false }],
    backlog: { messages: 0, oldestMs: undefined, lanes: 0 },
  };
  const after = samples(await metrics.text());
  assert.equal(after.get('callhook_backlog_oldest_seconds'), 0);
  assert.equal(after.get('callhook_source_up{source="other-pbx"}'), 0);
  assert.ok(!after.has('callhook_source_up{source="office-pbx"}'), 'a source that was removed is gone');
});

test('what is not known is left out instead of being shown as it was', async () => {
  let fails = false;
  const metrics = metricsOf(async () => {
    if (fails) throw new Error('the database is away');
    return CALM;
  });
  await metrics.text();
  fails = true;
  const told = samples(await metrics.text());
  assert.equal(told.get('callhook_database_up'), 0);
  assert.ok(told.has('callhook_delivered_total'));
  const shown = [...told.keys()].filter((name) => /backlog|lanes|endpoints|source_up|in_flight/.test(name));
  assert.deepEqual(shown, []);
});

test('scrapes that come together ask once', async () => {
  let asked = 0;
  const metrics = metricsOf(async () => {
    asked += 1;
    return CALM;
  });
  const [one, other] = await Promise.all([metrics.text(), metrics.text()]);
  assert.equal(one, other);
  await metrics.text();
  assert.equal(asked, 2);
});

test('two of them in one process do not count for each other, and tell of the process', async () => {
  const [one, other] = [metricsOf(), metricsOf()];
  one.expired(1);
  assert.equal(samples(await other.text()).get('callhook_expired_total'), 0);
  assert.match(await other.text(), /^process_resident_memory_bytes \d/m);
  assert.match(other.contentType, /^text\/plain; version=0\.0\.4/);
});
