/** Dashboard, alerts and documentation name the metrics that there are. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { parse } from 'yaml';
import { HEALTHS } from '../../src/telemetry/gauges.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const text = await createMetrics({ version: '1.2.3', overview: async () => ({ databaseUp: true }) }).text();
const exported = new Map(
  [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', kind = '']) => [name, kind]),
);
const own = [...exported.keys()].filter((name) => name.startsWith('callhook_'));

interface Panel {
  title: string;
  targets?: { expr: string }[];
}
const dashboard = JSON.parse(read('examples/grafana-dashboard.json')) as { panels: Panel[] };
const shown = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

interface Rule {
  alert: string;
  expr: string;
  annotations: { summary: string; description: string };
}
const rules = (
  parse(read('examples/prometheus-alerts.yaml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);

/** The metrics of an expression; a histogram is read through its buckets. */
function metricsIn(expr: string): string[] {
  const names = [...expr.matchAll(/\b(?:callhook|process|nodejs)_\w+/g)].map(([name]) => name);
  return names.map((name) => (exported.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
}

for (const [what, exprs] of [
  ['dashboard', shown],
  ['alerts', rules.map(({ expr }) => expr)],
] as const) {
  test(`the ${what} ask only for metrics that are exported`, () => {
    assert.ok(exprs.length >= 10);
    for (const expr of exprs) {
      const named = metricsIn(expr);
      assert.ok(named.length > 0, expr);
      assert.deepEqual(
        named.filter((name) => !exported.has(name)),
        [],
        expr,
      );
    }
  });

  test(`the ${what} name no health that an endpoint cannot have`, () => {
    const named = exprs.flatMap((expr) =>
      [...expr.matchAll(/health=~?"([^"]+)"/g)].map(([, value]) => value),
    );
    const healths = named.flatMap((value) => value?.split('|') ?? []);
    assert.ok(healths.length > 0);
    assert.deepEqual(
      healths.filter((health) => !(HEALTHS as readonly string[]).includes(health)),
      [],
    );
  });
}

test('the dashboard shows every metric of ours', () => {
  const named = new Set(shown.flatMap(metricsIn));
  assert.deepEqual(
    own.filter((name) => !named.has(name)),
    [],
  );
});

test('counters and histograms of ours are named as Prometheus wants it', () => {
  for (const name of own) {
    const kind = exported.get(name);
    assert.equal(name.endsWith('_total'), kind === 'counter', name);
    if (kind === 'histogram') assert.match(name, /_seconds$/);
  }
});

test('docs/OPERATIONS.md lists every metric with its kind, and no other', () => {
  const documented = [...read('docs/OPERATIONS.md').matchAll(/^\| `(callhook_\w+)[^`]*` +\| (\w+) /gm)];
  assert.deepEqual(
    documented.map(([, name, kind]) => `${name} ${kind}`).toSorted(),
    own.map((name) => `${name} ${exported.get(name)}`).toSorted(),
  );
});

test('docs/OPERATIONS.md lists every alert, and each says in words what is wrong', () => {
  const documented = [...read('docs/OPERATIONS.md').matchAll(/^\| `(Callhook\w+)` /gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual(
    documented,
    rules.map(({ alert }) => alert),
  );
  for (const { alert, annotations } of rules) {
    assert.ok(annotations.summary.length > 10 && annotations.description.length > 10, alert);
  }
});
