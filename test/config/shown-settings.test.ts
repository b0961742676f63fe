/** The settings as the operator sees them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { CONFIG_KEYS, loadWithOrigins } from '../../src/config/connector-config.ts';
import { shownSettings } from '../../src/config/shown-settings.ts';
import { makeFolder, write } from '../support/callhook-process.ts';

test('each setting is shown with its value and where it comes from', (t) => {
  const file = write(makeFolder(t), 'callhook.toml', 'keep_days = 7\nlog_level = "warn"');
  const { config, origins } = loadWithOrigins(file, { CALLHOOK_LOG_LEVEL: 'error' });
  const shown = shownSettings(config, origins);
  assert.deepEqual(
    shown.map(({ name }) => name),
    CONFIG_KEYS,
  );
  const of = (name: string) => shown.find((one) => one.name === name);
  assert.deepEqual(of('keep_days'), { name: 'keep_days', value: 7, secret: false, set: true, from: 'file' });
  assert.deepEqual([of('log_level')?.value, of('log_level')?.from], ['error', 'environment']);
  assert.deepEqual([of('mail_to')?.set, of('mail_to')?.from], [false, 'default']);
  assert.equal(shownSettings(config)[0]?.from, undefined);
});

test('of a setting that may hold a secret it is only shown whether it is set', () => {
  const secrets = {
    CALLHOOK_DATABASE: 'postgres://callhook:planted-1@db/callhook',
    CALLHOOK_SMTP_URL: 'smtps://user:planted-2@mail.example.org',
    CALLHOOK_OPERATOR_WEBHOOK_URL: 'https://hooks.example.org/planted-3',
    CALLHOOK_OPERATOR_WEBHOOK_SECRET: 'whsec_cGxhbnRlZC00cGxhbnRlZC00cGxhbnRlZC00',
    CALLHOOK_OTLP_URL: 'http://user:planted-5@127.0.0.1:4318',
  };
  const mail = { CALLHOOK_MAIL_FROM: 'a@example.org', CALLHOOK_MAIL_TO: 'b@example.org' };
  const { config, origins } = loadWithOrigins(undefined, { ...secrets, ...mail });
  const shown = shownSettings(config, origins);
  assert.doesNotMatch(JSON.stringify(shown), /planted|whsec_/);
  const secret = shown.filter((one) => one.secret);
  assert.deepEqual(
    secret.map(({ name, set, from }) => [name, set, from]),
    Object.keys(secrets).map((name) => [name.replace('CALLHOOK_', '').toLowerCase(), true, 'environment']),
  );
});
