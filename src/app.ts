/**
 * The composition root: the only file that knows all. Builds a connector from its configuration and runs it:
 *
 *   source → ingest → store → dispatcher → endpoint
 */
import { ShownCertificate } from './api/certificate.ts';
import { ANSWERS_KEPT_MS, SESSION_TIMES, type ApiContext } from './api/context.ts';
import { setUpLink, type MadeLink } from './api/links.ts';
import { createApi, listen } from './api/server.ts';
import { STREAM_LIMITS } from './api/stream/listeners.ts';
import { readApiCertificate } from './config/api-certificate.ts';
import { speaksTls } from './config/api-settings.ts';
import { readCertificates } from './config/certificates.ts';
import { healthRulesOf, type ConnectorConfig, type Origins } from './config/connector-config.ts';
import { shownSettings } from './config/shown-settings.ts';
import { parseAllowed } from './delivery/address-guard.ts';
import { createAttempter, type Attempter } from './delivery/attempt.ts';
import { Dispatcher } from './delivery/dispatcher.ts';
import { Ingest, type IngestOptions } from './ingest/ingest.ts';
import { SharedIngest } from './ingest/shared-ingest.ts';
import { SourceLeases } from './ingest/source-leases.ts';
import { SourceNews } from './ingest/source-news.ts';
import { SourceWatch } from './ingest/source-watch.ts';
import { UnknownDevices } from './ingest/unknown-devices.ts';
import type { ReadSourceSettings } from './policy/directory.ts';
import { systemClock, type Clock } from './runtime/clock.ts';
import type { KeyRing } from './runtime/keys.ts';
import type { Logger } from './runtime/logger.ts';
import { createPasswordHasher } from './runtime/password-hash.ts';
import { VERSION } from './runtime/version.ts';
import { createAmiSource } from './source/ami/run.ts';
import { createDialogInfoSource } from './source/dialog-info/run.ts';
import { createEslSource } from './source/esl/run.ts';
import { HttpSources } from './source/http-ingest/run.ts';
import type { Source } from './source/source.ts';
import { identityOf, isPostgres, nameOf, openStore } from './store/open-store.ts';
import { lockForServing } from './store/sqlite/file-locks.ts';
import type { Store } from './store/store.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createObserver, overviewOf } from './telemetry/observer.ts';
import { createTracing } from './telemetry/tracing.ts';
import { createLetters, createMail } from './upkeep/notices/mail.ts';
import { createNotifier } from './upkeep/notices/notifier.ts';
import { createOperatorWebhook } from './upkeep/notices/operator-webhook.ts';
import { runUpkeep } from './upkeep/upkeep.ts';

const LOOK_AT_DIRECTORY_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface ConnectorOptions {
  config: ConnectorConfig;
  /** Where each setting comes from, where that is known. */
  origins?: Origins;
  keys: KeyRing;
  log: Logger;
  /** Called once everything runs, with its address and, while there is no account, the link to make the first one by. */
  ready(apiUrl: string, setUp: MadeLink | undefined): void;
}

/**
 * Runs a connector until `signal` aborts; then sources stop, what they handed over is committed, attempts under way
 * are finished within the grace, and it resolves.
 * @throws CallhookError what keeps it from starting
 */
export async function runConnector(options: ConnectorOptions, signal: AbortSignal): Promise<void> {
  const { config, keys } = options;
  // A shared database is served by any number of nodes.
  const unlock = isPostgres(config.database) ? () => {} : lockForServing(config.database);
  try {
    const store = await openStore(config.database, keys.secrets, healthRulesOf(config), {
      connections: config.database_connections,
    });
    try {
      await runOn(store, options, signal);
    } finally {
      await store.close();
    }
  } finally {
    unlock();
  }
}

async function runOn(
  store: Store,
  { config, origins, keys, log, ready }: ConnectorOptions,
  signal: AbortSignal,
): Promise<void> {
  // Before anything runs: is the key the one that these secrets were stored under?
  await store.directory.sources();
  const identity = await identityOf(store, keys);
  const clock: Clock = { ...systemClock, nowMs: () => store.nowMs() };
  const certificate = speaksTls(config)
    ? await ShownCertificate.open({ read: () => readApiCertificate(config), clock, log })
    : undefined;
  const attempter = attempterOf(config, clock);
  const metrics = createMetrics({
    version: VERSION,
    overview: async () => ({
      ...(await overviewOf(store, databaseProblem() === undefined, dispatcher.attemptsUnderWay)),
      certificateUntilMs: certificate?.validUntilMs,
    }),
  });
  const tracing = await createTracing({ otlpUrl: config.otlp_url, version: VERSION, log });
  const observer = createObserver(metrics, tracing, clock);
  const dispatcher = new Dispatcher({
    outbox: store.outbox,
    attempter,
    clock,
    random: Math.random,
    log,
    limits: { total: config.max_attempts_at_once, perEndpoint: config.max_attempts_per_endpoint },
    graceMs: config.shutdown_grace_seconds * 1_000,
    settled: observer.settled,
    expired: (count) => metrics.expired(count),
  });
  const keepsTrail = config.keep_trail_days > 0;
  const unknownDevices = new UnknownDevices({ log: store.log, clock });
  const ingestOptions: IngestOptions = {
    store,
    ids: identity.ids,
    keepsTrail,
    clock,
    log,
    committed: (messages, tookMs) => {
      dispatcher.wake();
      observer.committed(messages, tookMs);
    },
    decided(event, verdict, sourceId) {
      observer.decided(sourceId, verdict);
      if (verdict !== 'not a device of the directory' || event.device === undefined || !keepsTrail) return;
      unknownDevices.saw(sourceId, event.device);
    },
  };
  const ingest = new Ingest(ingestOptions);
  const sharedIngest = new SharedIngest(ingestOptions);
  const databaseProblem = () => ingest.problem ?? sharedIngest.problem ?? sources.problem;
  const news = new SourceNews({ health: store.health, clock, log });
  const httpSources = new HttpSources({
    directory: store.directory,
    heard: (sourceId) => news.state(sourceId, { status: 'connected' }),
  });
  await httpSources.refresh();
  const endCallsAfterLostMs = config.end_calls_after_minutes_lost * MINUTE_MS;
  const sources = new SourceWatch({
    directory: store.directory,
    calls: store.calls,
    news,
    leases: new SourceLeases(store.leases, store.node, config.source_lease_seconds * 1_000),
    ingest,
    create: (settings) => createSource(settings, log, endCallsAfterLostMs),
    clock,
    log,
    lookEveryMs: LOOK_AT_DIRECTORY_MS,
    endCallsAfterLostMs,
  });
  const sourceStates = () => new Map([...sources.states(), ...httpSources.states()]);
  const context: ApiContext = {
    store,
    clock,
    log,
    passwords: createPasswordHasher(),
    attempter,
    wake: () => dispatcher.wake(),
    fingerprint: identity.fingerprint,
    publicUrl: config.public_url,
    ...(config.smtp_url !== '' && { mail: letters(config, signal) }),
    installation: {
      database: {
        kind: isPostgres(config.database) ? 'postgresql' : 'sqlite',
        name: nameOf(config.database),
      },
      databaseProblem,
      settings: shownSettings(config, origins),
    },
  };
  const api = createApi({
    health: { databaseProblem, sources: sourceStates, metrics },
    events: {
      sources: httpSources,
      told: (sourceId, stampedAtMs) => news.heard(sourceId, stampedAtMs),
      ingest: sharedIngest,
      clock,
      log,
    },
    context,
    trustedProxies: config.trusted_proxies,
    streams: {
      ...STREAM_LIMITS,
      perActor: config.max_streams_per_account,
      inAll: config.max_streams_at_once,
    },
    ...(certificate && { certificate }),
  });

  // Sources stop first, the dispatcher last, so that what was learnt is stored and what was begun is finished.
  const delivering = new AbortController();
  const notifier = createNotifier({
    upkeep: store.upkeep,
    channels: noticeChannels(config, attempter, delivering.signal),
    clock,
    log,
  });
  const dispatched = dispatcher.run(delivering.signal);
  const upkept = runUpkeep(
    {
      upkeep: store.upkeep,
      leases: store.leases,
      clock,
      log,
      keepMs: config.keep_days * DAY_MS,
      keepTrailMs: config.keep_trail_days * DAY_MS,
      keepAuditMs: config.keep_audit_days === 0 ? Infinity : config.keep_audit_days * DAY_MS,
      notify: () => notifier.step(),
      forgetExpired: () =>
        store.accounts.forgetExpired(clock.nowMs(), {
          idleMs: SESSION_TIMES.idleMs,
          answersMs: ANSWERS_KEPT_MS,
        }),
      forgetAudit: (beforeMs, limit) => store.accounts.forgetAudit(beforeMs, limit),
      expired: (count) => metrics.expired(count),
    },
    delivering.signal,
  );
  const counted = unknownDevices.run(delivering.signal);
  const told = news.run(delivering.signal);
  const certified = certificate?.keep(delivering.signal);
  try {
    const url = await listen(api, config.api_host, config.api_port);
    if (context.publicUrl === '') context.publicUrl = url;
    ready(url, await setUpLink(context));
    await sources.run(signal);
    await Promise.all([ingest.close(), sharedIngest.close()]);
  } finally {
    delivering.abort();
    await Promise.allSettled([dispatched, upkept, counted, told, certified]);
    await Promise.allSettled([attempter.close(), api.close(), tracing.close()]);
  }
}

/** Makes the attempts as the configuration says. */
export function attempterOf(config: ConnectorConfig, clock: Clock): Attempter {
  return createAttempter({
    allowed: parseAllowed(config.allowed_addresses, config.allowed_ports).allowed,
    trustedCertificates: readCertificates(config.trusted_certificate_files),
    timeouts: {
      connectMs: config.connect_timeout_seconds * 1_000,
      totalMs: config.attempt_timeout_seconds * 1_000,
    },
    userAgent: `Callhook/${VERSION}`,
    clock,
  });
}

function letters({ smtp_url: url, mail_from: from, ...config }: ConnectorConfig, signal: AbortSignal) {
  const trustedCertificates = readCertificates(config.trusted_certificate_files);
  return createLetters({ url, from, trustedCertificates, signal });
}

/** The ways to the operator that are configured. */
function noticeChannels(config: ConnectorConfig, attempter: Attempter, signal: AbortSignal) {
  const { smtp_url, operator_webhook_url, operator_webhook_secret: secret } = config;
  const trustedCertificates = readCertificates(config.trusted_certificate_files);
  const { mail_from: from, mail_to: to } = config;
  return {
    ...(smtp_url !== '' && { mail: createMail({ url: smtp_url, from, to, trustedCertificates, signal }) }),
    ...(operator_webhook_url !== '' && {
      webhook: createOperatorWebhook({ attempter, url: operator_webhook_url, secret }),
    }),
  };
}

function createSource(settings: ReadSourceSettings, log: Logger, endCallsAfterLostMs: number): Source {
  const common = { clock: systemClock, random: Math.random, log: log.child({ source: settings.id }) };
  switch (settings.kind) {
    case 'ami':
      return createAmiSource({ settings, ...common });
    case 'esl':
      return createEslSource({ settings, ...common });
    case 'dialog-info':
      return createDialogInfoSource({ settings, ...common, endCallsAfterLostMs });
  }
}
