/** `callhook status`: sources, endpoints, backlog and last outcomes at a glance. */
import { existsSync } from 'node:fs';
import { styleText } from 'node:util';
import { Command } from 'commander';
import { healthRulesOf, loadConnectorConfig } from '../config/connector-config.ts';
import { environment } from '../config/environment.ts';
import { loadKeys } from '../config/installation-key.ts';
import { CallhookError } from '../runtime/errors.ts';
import { openStore } from '../store/open-store.ts';
import { isServed } from '../store/sqlite/store.ts';
import type { EndpointOverview, SourceHealth } from '../store/store.ts';

export interface Overview {
  serving: boolean;
  sources: readonly SourceHealth[];
  endpoints: readonly EndpointOverview[];
}

export function statusCommand(): Command {
  return new Command('status')
    .description('Show sources, endpoints and what waits for delivery.')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .option('--json', 'as JSON, for scripts')
    .action(async ({ config: file, json }: { config?: string; json?: boolean }) => {
      const config = loadConnectorConfig(file, environment);
      if (!existsSync(config.database)) {
        throw new CallhookError(
          'DATABASE_UNAVAILABLE',
          `There is no database ${config.database} yet. \`callhook apply FILE\` makes one and fills it.`,
        );
      }
      const store = await openStore(
        config.database,
        loadKeys(config, environment).secrets,
        healthRulesOf(config),
      );
      try {
        const overview: Overview = { serving: isServed(config.database), ...(await store.health.overview()) };
        process.stdout.write(
          json ? `${JSON.stringify(overview)}\n` : `${[...statusLines(overview, Date.now())].join('\n')}\n`,
        );
      } finally {
        await store.close();
      }
    });
}

/** The screen. @param nowMs ages are told from here */
export function* statusLines({ serving, sources, endpoints }: Overview, nowMs: number): Generator<string> {
  yield serving
    ? `${good('●')} callhook serves`
    : `${bad('○')} callhook does not run: start \`callhook serve\``;
  yield '';
  yield styleText('bold', 'Sources');
  if (sources.length === 0) yield '  none yet: name one in the file for `callhook apply`';
  for (const source of sources) yield* sourceLines(source, serving, nowMs);
  yield '';
  yield styleText('bold', 'Endpoints');
  if (endpoints.length === 0) yield '  none yet: name one in the file for `callhook apply`';
  for (const endpoint of endpoints) yield* endpointLines(endpoint, nowMs);
}

function* sourceLines(
  { id, status, sinceMs, advice, openLegs }: SourceHealth,
  serving: boolean,
  nowMs: number,
) {
  const connected = serving && status === 'connected';
  const since = sinceMs > 0 ? ` for ${age(nowMs - sinceMs)}` : '';
  const words = serving ? `${status}${since}` : 'not read while callhook does not run';
  yield `  ${connected ? good('●') : bad('○')} ${id}  ${words}, ${count(openLegs, 'open leg')}`;
  if (serving && advice !== undefined) yield `      ${advice}`;
}

function* endpointLines(endpoint: EndpointOverview, nowMs: number): Generator<string> {
  const { organisationId, id, url, pending, oldestPendingAtMs, delivered, dead, last } = endpoint;
  const failing = last !== undefined && last.outcome !== 'delivered';
  yield `  ${failing ? bad('○') : good('●')} ${organisationId}/${id}  ${url}`;
  const waiting = oldestPendingAtMs === undefined ? '' : `, the oldest for ${age(nowMs - oldestPendingAtMs)}`;
  const letters = dead === 0 ? '' : bad(`, ${count(dead, 'dead letter')}`);
  yield `      ${delivered} delivered, ${pending} waiting${waiting}${letters}`;
  if (last === undefined) return;
  const answer = last.statusCode === undefined ? '' : ` (${last.statusCode})`;
  yield `      last attempt ${age(nowMs - last.startedAtMs)} ago: ${last.outcome}${answer}, ${Math.round(last.durationMs)} ms`;
  if (last.detail !== undefined) yield `      ${last.detail}`;
}

function good(text: string): string {
  return styleText('green', text);
}

function bad(text: string): string {
  return styleText('red', text);
}

function count(number: number, of: string): string {
  return `${number} ${of}${number === 1 ? '' : 's'}`;
}

/** `12 s`, `5 min`, `3 h`, `2 days` */
function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
