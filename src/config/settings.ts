/** Every setting: what it may be, and the words for one that is otherwise. What they are for is in default-config.ts. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { LOG_LEVELS } from '../runtime/logger.ts';

function whole(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

function between(least: number, most: number) {
  const error = `must be a number from ${least} to ${most}`;
  return z.number({ error }).min(least, { error }).max(most, { error });
}

function upTo(most: number) {
  const error = `must be a number greater than 0, up to ${most}`;
  return z.number({ error }).positive({ error }).max(most, { error });
}

const text = z.string({ error: 'must be a text in quotes' });
const someText = text.min(1, { error: 'must not be empty' });
const texts = z.array(text, { error: 'must be a list of texts, such as ["one", "another"]' });

function isRange(given: string): boolean {
  const [address = '', length, ...rest] = given.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    rest.length === 0 &&
    bits > 0 &&
    (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits))
  );
}

/** Or empty. */
function isPublicUrl(given: string): boolean {
  const url = URL.parse(given);
  return given === '' || (url !== null && ['http:', 'https:'].includes(url.protocol) && url.origin === given);
}

export const SETTINGS = z.strictObject({
  database: someText,
  key_file: someText,
  log_level: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }),
  api_host: someText,
  api_port: whole(0, 65_535),
  api_tls_certificate_file: text,
  api_tls_key_file: text,
  trusted_proxies: z.array(
    text.refine(isRange, { error: 'must be addresses or ranges, such as ["127.0.0.1", "10.0.0.0/8"]' }),
    { error: 'must be a list of addresses or ranges, such as ["127.0.0.1", "10.0.0.0/8"]' },
  ),
  public_url: text.refine(isPublicUrl, {
    error: 'must be http:// or https:// and a host, without a path, such as https://callhook.example.org',
  }),
  allowed_addresses: texts,
  allowed_ports: z.array(whole(1, 65_535), { error: 'must be a list of ports, such as [444, 843]' }),
  trusted_certificate_files: texts,
  connect_timeout_seconds: upTo(3_600),
  attempt_timeout_seconds: upTo(3_600),
  max_attempts_at_once: whole(1, 10_000),
  max_attempts_per_endpoint: whole(1, 10_000),
  // Connections that ask for something must find room beside them: src/api/connections.ts.
  max_streams_at_once: whole(1, 3_000),
  max_streams_per_account: whole(1, 3_000),
  pause_after_failures: whole(1, 10_000),
  first_probe_after_seconds: upTo(3_600),
  longest_probe_wait_seconds: upTo(3_600),
  disable_after_days: upTo(365),
  keep_days: upTo(3_650),
  keep_trail_days: between(0, 365),
  keep_audit_days: between(0, 36_500),
  // Ten years.
  end_calls_after_minutes_lost: upTo(5_256_000),
  source_lease_seconds: between(3, 300),
  database_connections: whole(2, 100),
  shutdown_grace_seconds: between(0, 300),
  smtp_url: text,
  mail_from: text,
  mail_to: texts,
  operator_webhook_url: text,
  operator_webhook_secret: text,
  otlp_url: text,
});
