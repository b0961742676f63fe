/**
 * Reads the connector's configuration: defaults, then the file (TOML), then the environment. Some settings hold
 * secrets (`smtp_url`, `operator_webhook_secret`): no problem that is told here repeats a setting's text.
 */
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { parseAllowed } from '../delivery/address-guard.ts';
import type { HealthRules } from '../policy/endpoint-health.ts';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import { LOG_LEVELS } from '../runtime/logger.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import { checkOutward } from './outward-settings.ts';

const seconds = z.number().positive().max(3_600);

const SCHEMA = z.strictObject({
  database: z.string().min(1),
  key_file: z.string().min(1),
  log_level: z.enum(LOG_LEVELS),
  api_host: z.string().min(1),
  api_port: z.int().min(0).max(65_535),
  allowed_addresses: z.array(z.string()),
  trusted_certificate_files: z.array(z.string()),
  connect_timeout_seconds: seconds,
  attempt_timeout_seconds: seconds,
  max_attempts_at_once: z.int().min(1).max(10_000),
  max_attempts_per_endpoint: z.int().min(1).max(10_000),
  pause_after_failures: z.int().min(1).max(10_000),
  first_probe_after_seconds: seconds,
  longest_probe_wait_seconds: seconds,
  disable_after_days: z.number().positive().max(365),
  keep_days: z.number().positive().max(3_650),
  end_calls_after_minutes_lost: z.number().positive(),
  source_lease_seconds: z.number().min(3).max(300),
  database_connections: z.int().min(2).max(100),
  shutdown_grace_seconds: z.number().min(0).max(300),
  smtp_url: z.string(),
  mail_from: z.string(),
  mail_to: z.array(z.string()),
  operator_webhook_url: z.string(),
  operator_webhook_secret: z.string(),
  otlp_url: z.string(),
});

export type ConnectorConfig = z.output<typeof SCHEMA>;

export const DEFAULTS: ConnectorConfig = SCHEMA.parse(parse(DEFAULT_CONFIG));
export const CONFIG_KEYS = Object.keys(DEFAULTS) as (keyof ConnectorConfig)[];

const DEFAULT_FILE = 'callhook.toml';
const PREFIX = 'CALLHOOK_';

/**
 * @param path of the file; left out: `callhook.toml` if it is there
 * @param env the environment's variables
 * @throws CallhookError `CONFIG_INVALID`, one line per problem, each with where it stands and what is allowed
 */
export function loadConnectorConfig(
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ConnectorConfig {
  const file = path ?? env['CALLHOOK_CONFIG'] ?? DEFAULT_FILE;
  const required = path !== undefined || env['CALLHOOK_CONFIG'] !== undefined;
  const text = readText(file, required);
  const fromFile = text === undefined ? {} : parseToml(file, text);
  const fromEnv = readEnvironment(env);
  const result = SCHEMA.safeParse({ ...DEFAULTS, ...fromFile, ...fromEnv });
  const problems = result.success
    ? [...checkAddresses(result.data), ...checkOutward(result.data)]
    : result.error.issues.map(describe);
  if (problems.length > 0) {
    const lines = problems.map(({ key, problem }) => `${placeOf(key, file, text, fromEnv)}: ${problem}`);
    throw new CallhookError('CONFIG_INVALID', lines.join('\n'));
  }
  return SCHEMA.parse({ ...DEFAULTS, ...fromFile, ...fromEnv });
}

function readText(file: string, required: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (!required && systemCodeOf(cause) === 'ENOENT') return undefined;
    throw new CallhookError(
      'CONFIG_INVALID',
      `The configuration file ${file} cannot be read (${systemCodeOf(cause)}). Is the name right?`,
      { cause },
    );
  }
}

function parseToml(file: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [first] = cause.message.split('\n');
    throw new CallhookError('CONFIG_INVALID', `${file}:${cause.line}: ${first}`, { cause });
  }
}

/** A variable for each key; numbers and lists are read from their text. */
function readEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const key of CONFIG_KEYS) {
    const value = env[PREFIX + key.toUpperCase()];
    if (value === undefined) continue;
    const like = DEFAULTS[key];
    if (Array.isArray(like))
      read[key] = value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    else read[key] = typeof like === 'number' && value.trim() !== '' ? Number(value) : value;
  }
  return read;
}

/** How endpoints that fail are treated. */
export function healthRulesOf(config: ConnectorConfig): HealthRules {
  return {
    pauseAfterFailures: config.pause_after_failures,
    probeFirstMs: config.first_probe_after_seconds * 1_000,
    probeMostMs: config.longest_probe_wait_seconds * 1_000,
    disableAfterMs: config.disable_after_days * 86_400_000,
    claimMs: (config.attempt_timeout_seconds + CLAIM_MARGIN_SECONDS) * 1_000,
  };
}

/** A claim outlives the attempt by so much: then the attempt is over on every clock. */
const CLAIM_MARGIN_SECONDS = 15;

interface Problem {
  key: string;
  problem: string;
}

function describe(issue: z.core.$ZodIssue): Problem {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return { key, problem: `unknown setting \`${key}\`; known are ${CONFIG_KEYS.join(', ')}` };
  }
  const key = String(issue.path[0] ?? '');
  return { key, problem: `\`${key}\`: ${issue.message}` };
}

function checkAddresses(config: ConnectorConfig): Problem[] {
  const parsed = parseAllowed(config.allowed_addresses);
  return parsed.problems.map((problem) => ({
    key: 'allowed_addresses',
    problem: `\`allowed_addresses\`: ${problem}`,
  }));
}

function placeOf(
  key: string,
  file: string,
  text: string | undefined,
  fromEnv: Record<string, unknown>,
): string {
  if (key in fromEnv) return PREFIX + key.toUpperCase();
  const line = (text ?? '').split('\n').findIndex((candidate) => candidate.trimStart().startsWith(key));
  return line < 0 ? file : `${file}:${line + 1}`;
}
