/**
 * Reads the connector's configuration: defaults, then the file (TOML), then the environment. Some settings hold
 * secrets (`smtp_url`, `operator_webhook_secret`): no problem that is told here repeats a setting's text.
 */
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { parseAllowed } from '../delivery/address-guard.ts';
import type { HealthRules } from '../policy/endpoint-health.ts';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import { DEFAULT_CONFIG } from './default-config.ts';
import { checkApi } from './api-settings.ts';
import { nearWord } from './directory-file/near-word.ts';
import { checkOutward } from './outward-settings.ts';
import { SETTINGS } from './settings.ts';

export type ConnectorConfig = z.output<typeof SETTINGS>;

export const DEFAULTS: ConnectorConfig = SETTINGS.parse(parse(DEFAULT_CONFIG));
export const CONFIG_KEYS = Object.keys(DEFAULTS) as (keyof ConnectorConfig)[];

const DEFAULT_FILE = 'callhook.toml';
const PREFIX = 'CALLHOOK_';
/** Variables that are no settings. */
const MORE_VARIABLES = ['CALLHOOK_KEY', 'CALLHOOK_CONFIG', 'CALLHOOK_LISTEN_SECRET'];
const FOR_TESTS = 'CALLHOOK_TEST_';

export type Origin = 'default' | 'file' | 'environment';
export type Origins = Readonly<Record<keyof ConnectorConfig, Origin>>;

/** The configuration alone: see `loadWithOrigins`. */
export function loadConnectorConfig(...given: Parameters<typeof loadWithOrigins>): ConnectorConfig {
  return loadWithOrigins(...given).config;
}

/**
 * @param path of the file; left out: `callhook.toml` if it is there
 * @param env the environment's variables
 * @throws CallhookError `CONFIG_INVALID`, one line per problem, each with where it stands and what is allowed
 */
export function loadWithOrigins(
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): { config: ConnectorConfig; origins: Origins } {
  const file = path ?? env['CALLHOOK_CONFIG'] ?? DEFAULT_FILE;
  const required = path !== undefined || env['CALLHOOK_CONFIG'] !== undefined;
  const text = readText(file, required);
  const fromFile = text === undefined ? {} : parseToml(file, text);
  const fromEnv = readEnvironment(env);
  const result = SETTINGS.safeParse({ ...DEFAULTS, ...fromFile, ...fromEnv });
  const told = result.success
    ? [...checkAddresses(result.data), ...checkApi(result.data), ...checkOutward(result.data)]
    : result.error.issues.flatMap((issue) => describe(issue, fromFile));
  const lines = [
    ...told.map(({ key, problem }) => `${placeOf(key, file, text, fromEnv)}: ${problem}`),
    ...checkVariables(env),
  ];
  if (!result.success || lines.length > 0) {
    throw new CallhookError('CONFIG_INVALID', [...new Set(lines)].join('\n'));
  }
  return { config: result.data, origins: originsOf(fromFile, fromEnv) };
}

function originsOf(fromFile: object, fromEnv: object): Origins {
  const originOf = (key: string): Origin => {
    if (key in fromEnv) return 'environment';
    return key in fromFile ? 'file' : 'default';
  };
  return Object.fromEntries(CONFIG_KEYS.map((key) => [key, originOf(key)])) as Origins;
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

function describe(issue: z.core.$ZodIssue, fromFile: Record<string, unknown>): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ key, problem: unknownSetting(key, fromFile[key]) }));
  }
  const key = String(issue.path[0] ?? '');
  return [{ key, problem: `\`${key}\`: ${issue.message}` }];
}

function unknownSetting(key: string, value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return `\`[${key}]\`: there are no sections, each setting stands alone`;
  }
  return `unknown setting \`${key}\`${didYouMean(key, CONFIG_KEYS)}`;
}

/** @param prefix what each name begins with: it says nothing about their likeness */
function didYouMean(name: string, known: readonly string[], prefix = ''): string {
  const near = nearWord(
    name.slice(prefix.length),
    known.map((other) => other.slice(prefix.length)),
  );
  return near === undefined
    ? '; `callhook serve --print-config` shows those that there are'
    : `, did you mean \`${prefix}${near}\`?`;
}

/** A slip of the hand in a variable's name would otherwise go unnoticed. */
function checkVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...CONFIG_KEYS.map((key) => PREFIX + key.toUpperCase()), ...MORE_VARIABLES];
  return Object.entries(env)
    .filter(([name]) => name.startsWith(PREFIX) && !name.startsWith(FOR_TESTS) && !known.includes(name))
    .filter(([name, value]) => !isOfKubernetes(name, value))
    .map(([name]) => `${name}: unknown variable${didYouMean(name, known, PREFIX)}`);
}

/** Kubernetes gives these to each container beside a Service named `callhook`. */
function isOfKubernetes(name: string, value = ''): boolean {
  return (
    /^CALLHOOK_SERVICE_(HOST|PORT(_\w+)?)$/.test(name) ||
    /^CALLHOOK_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (name === 'CALLHOOK_PORT' && /^(tcp|udp|sctp):/.test(value))
  );
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
  const name = RegExp.escape(key);
  const start = new RegExp(`^\\s*(\\[+\\s*)?(${name}|"${name}"|'${name}')\\s*[=.\\]]`);
  const line = (text ?? '').split('\n').findIndex((candidate) => start.test(candidate));
  return line < 0 ? file : `${file}:${line + 1}`;
}
