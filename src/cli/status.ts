/** `callhook status`: sources, endpoints, backlog and last outcomes at a glance. */
import { styleText } from 'node:util';
import { Command } from 'commander';
import type { EndpointHealth } from '../policy/endpoint-health.ts';
import { isPostgres } from '../store/open-store.ts';
import { isServed } from '../store/sqlite/file-locks.ts';
import type { EndpointOverview, SourceHealth } from '../store/health.ts';
import type { Store } from '../store/store.ts';
import { readServerCertificate } from '../config/api-certificate.ts';
import { originOf, speaksTls } from '../config/api-settings.ts';
import type { ConnectorConfig } from '../config/connector-config.ts';
import { CallhookError } from '../runtime/errors.ts';
import { withInstallation } from './installation.ts';

export interface Overview {
  serving: boolean;
  /** The processes that serve this database. */
  nodes: readonly string[];
  /** Of the API's own TLS; absent where there is none. */
  certificate?: CertificateView;
  sources: readonly SourceHealth[];
  endpoints: readonly EndpointOverview[];
}

/** As the file is now: `serve` takes a new one within seconds. */
type CertificateView = { url: string } & ({ validUntilMs: number } | { problem: string });

export function statusCommand(): Command {
  return new Command('status')
    .description('Show sources, endpoints and what waits for delivery.')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .option('--json', 'as JSON, for scripts')
    .action(async ({ config: file, json }: { config?: string; json?: boolean }) => {
      await withInstallation(file, async (store, settings) => {
        const nodes = await nodesOf(store, settings.database);
        const overview: Overview = {
          serving: nodes.length > 0,
          nodes,
          ...(speaksTls(settings) && { certificate: await certificateOf(settings) }),
          ...(await store.health.overview()),
        };
        process.stdout.write(
          json
            ? `${JSON.stringify(overview)}\n`
            : `${[...statusLines(overview, store.nowMs())].join('\n')}\n`,
        );
      });
    });
}

/** The processes that serve this database. */
export async function nodesOf(store: Store, database: string): Promise<readonly string[]> {
  if (!isPostgres(database)) return isServed(database) ? [store.node] : [];
  return (await store.leases.held('node/', store.nowMs())).map(({ node }) => node);
}

/** The screen. @param nowMs ages are told from here */
export function* statusLines(
  { serving, nodes, certificate, sources, endpoints }: Overview,
  nowMs: number,
): Generator<string> {
  yield serving
    ? `${good('●')} callhook serves${nodes.length > 1 ? ` on ${nodes.length} nodes` : ''}`
    : `${bad('○')} callhook does not run: start \`callhook serve\``;
  if (certificate !== undefined) yield certificateLine(certificate, nowMs);
  yield '';
  yield styleText('bold', 'Sources');
  if (sources.length === 0) yield '  none yet: name one in the file for `callhook apply`';
  for (const source of sources) yield* sourceLines(source, serving, nowMs);
  yield '';
  yield styleText('bold', 'Endpoints');
  if (endpoints.length === 0) yield '  none yet: name one in the file for `callhook apply`';
  for (const endpoint of endpoints) yield* endpointLines(endpoint, nowMs);
}

async function certificateOf(settings: ConnectorConfig): Promise<CertificateView> {
  const url = originOf(settings);
  try {
    const { first } = await readServerCertificate(settings);
    return { url, validUntilMs: first.validToDate.getTime() };
  } catch (error) {
    if (!(error instanceof CallhookError)) throw error;
    return { url, problem: error.message };
  }
}

function certificateLine(certificate: CertificateView, nowMs: number): string {
  if ('problem' in certificate) return `  ${bad('○')} ${certificate.url}  ${certificate.problem}`;
  const { url, validUntilMs } = certificate;
  return validUntilMs > nowMs
    ? `  ${good('●')} ${url}  its certificate is good for ${age(validUntilMs - nowMs)}`
    : `  ${bad('○')} ${url}  its certificate expired ${age(nowMs - validUntilMs)} ago: have it renewed`;
}

function* sourceLines(source: SourceHealth, serving: boolean, nowMs: number) {
  const { id, status, sinceMs, advice, openLegs, lastBreak } = source;
  const connected = serving && status === 'connected';
  const state = sinceMs === undefined ? 'not read yet' : `${status} for ${age(nowMs - sinceMs)}`;
  const words = serving ? state : 'not read while callhook does not run';
  yield `  ${connected ? good('●') : bad('○')} ${id}  ${words}, ${count(openLegs, 'open leg')}`;
  if (serving && advice !== undefined) yield `      ${advice}`;
  if (sinceMs === undefined) return;
  yield `      ${lastEventWords(source, nowMs)}`;
  if (lastBreak !== undefined) yield `      ${breakWords(source, lastBreak, nowMs)}`;
}

function lastEventWords({ heardAtMs, lagMs }: SourceHealth, nowMs: number): string {
  if (heardAtMs === undefined) return 'no event heard yet';
  const late = lagMs === undefined ? '' : `, stored ${(lagMs / 1_000).toFixed(1)} s after it happened`;
  return `last event ${age(nowMs - heardAtMs)} ago${late}`;
}

function breakWords(
  { reconnects, countedSinceMs }: SourceHealth,
  { atMs, why }: NonNullable<SourceHealth['lastBreak']>,
  nowMs: number,
): string {
  const within = countedSinceMs === undefined ? '' : ` within ${age(nowMs - countedSinceMs)}`;
  return `connection lost ${count(reconnects, 'time')}${within}, the last time ${age(nowMs - atMs)} ago: ${why}`;
}

function* endpointLines(endpoint: EndpointOverview, nowMs: number): Generator<string> {
  const { organisationId, id, url, pending, oldestPendingAtMs, delivered, expired, dead, health, last } =
    endpoint;
  const failing = health.kind !== 'healthy' || (last !== undefined && last.outcome !== 'delivered');
  yield `  ${failing ? bad('○') : good('●')} ${organisationId}/${id}  ${url}`;
  const state = healthWords(health, `${organisationId}/${id}`, nowMs);
  if (state !== undefined) yield `      ${bad(state)}`;
  const waiting = oldestPendingAtMs === undefined ? '' : `, the oldest for ${age(nowMs - oldestPendingAtMs)}`;
  const late = expired === 0 ? '' : `, ${expired} expired`;
  const letters = dead === 0 ? '' : bad(`, ${count(dead, 'dead letter')}`);
  yield `      ${delivered} delivered, ${pending} waiting${waiting}${late}${letters}`;
  if (last === undefined) return;
  const answer = last.statusCode === undefined ? '' : ` (${last.statusCode})`;
  yield `      last attempt ${age(nowMs - last.startedAtMs)} ago: ${last.outcome}${answer}, ${Math.round(last.durationMs)} ms`;
  if (last.detail !== undefined) yield `      ${last.detail}`;
}

/** @returns undefined when there is nothing to say */
function healthWords(health: EndpointHealth, name: string, nowMs: number): string | undefined {
  switch (health.kind) {
    case 'healthy':
      return undefined;
    case 'failing':
      return `failing for ${age(nowMs - health.sinceMs)}`;
    case 'paused': {
      const next = health.resumeAtMs <= nowMs ? 'now' : `in ${age(health.resumeAtMs - nowMs)}`;
      return `paused, failing for ${age(nowMs - health.sinceMs)}; one message is tried ${next}`;
    }
    case 'probing':
      return `paused, failing for ${age(nowMs - health.sinceMs)}; one message is on its way`;
    case 'recovering':
      return 'recovering: what waited goes out, ever faster';
    case 'disabled':
      return `disabled ${age(nowMs - health.atMs)} ago (${WHY_DISABLED[health.why]}); \`callhook enable ${name}\` resumes`;
  }
}

const WHY_DISABLED = {
  failing: 'it failed for days',
  gone: 'it answered 410, it wants no more',
  operator: 'by the operator',
} as const;

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
