/** The configuration: its defaults are the commented file, and what is wrong is told with its place. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { CONFIG_KEYS, loadConnectorConfig } from '../../src/config/connector-config.ts';
import { DEFAULT_CONFIG } from '../../src/config/default-config.ts';
import { makeFolder, write } from '../support/callhook-process.ts';

function load(t: TestContext, toml: string, env: Record<string, string> = {}) {
  return loadConnectorConfig(write(makeFolder(t), 'callhook.toml', toml), env);
}

test('without a file and variables, the commented default configuration is in force', (t) => {
  const defaults = load(t, '');
  assert.deepEqual(load(t, DEFAULT_CONFIG), defaults);
  assert.equal(defaults.api_host, '127.0.0.1');
  assert.deepEqual(defaults.allowed_addresses, []);
});

test('every setting is explained in the default configuration', () => {
  const paragraphs = DEFAULT_CONFIG.split('\n\n');
  for (const key of CONFIG_KEYS) {
    const paragraph = paragraphs.find((text) => new RegExp(`^${key} = `, 'm').test(text));
    assert.match(paragraph ?? '', /^# \S/, key);
  }
});

test('the file wins over the defaults, a variable over the file', (t) => {
  const env = { CALLHOOK_API_PORT: '9000', CALLHOOK_ALLOWED_ADDRESSES: '10.0.0.0/8, fd00::/8' };
  const config = load(t, 'api_port = 8000\nlog_level = "warn"', env);
  assert.deepEqual(
    [config.api_port, config.log_level, config.allowed_addresses],
    [9_000, 'warn', ['10.0.0.0/8', 'fd00::/8']],
  );
});

for (const [what, toml, env, told] of [
  [
    'an unknown key',
    'log_level = "info"\nlog_levle = "debug"',
    {},
    /callhook\.toml:2: unknown setting `log_levle`, did you mean `log_level`\?/,
  ],
  [
    'each of several unknown keys',
    'databse = "a.db"\n"api port" = 1\nkeep_dais = 3',
    {},
    /:1: unknown setting `databse`, .*\n.*:2: unknown setting `api port`, .*\n.*:3: unknown setting `keep_dais`, did/,
  ],
  [
    'a key like none',
    'colour = "red"',
    {},
    /:1: unknown setting `colour`; `callhook serve --print-config` shows those that there are$/,
  ],
  [
    'a section',
    '# ours\n[delivery]\nkeep_days = 3',
    {},
    /callhook\.toml:2: `\[delivery\]`: there are no sections/,
  ],
  [
    'a key beside a longer one',
    'database_connections = 5\ndatabase = ""',
    {},
    /callhook\.toml:2: `database`: must not be empty$/,
  ],
  [
    'a wrong value',
    '\napi_port = "high"',
    {},
    /callhook\.toml:2: `api_port`: must be a whole number from 0 to 65535$/,
  ],
  [
    'a value out of range',
    'api_port = 99999',
    {},
    /^\S+callhook\.toml:1: `api_port`: must be a whole number from 0 to 65535$/,
  ],
  [
    'a certificate without its key',
    'api_tls_certificate_file = "cert.pem"',
    {},
    /callhook\.toml:1: `api_tls_certificate_file` needs `api_tls_key_file`$/,
  ],
  [
    'a key without its certificate',
    'api_tls_key_file = "key.pem"',
    {},
    /callhook\.toml:1: `api_tls_key_file` needs `api_tls_certificate_file`$/,
  ],
  [
    'a public address in clear beside a certificate',
    'api_tls_certificate_file = "c"\napi_tls_key_file = "k"\npublic_url = "http://a.example"',
    {},
    /callhook\.toml:3: `public_url`: must begin with https:\/\/, since `api_tls_certificate_file` is given$/,
  ],
  ['half a port', 'api_port = 80.5', {}, /`api_port`: must be a whole number from 0 to 65535$/],
  ['a time of nothing', 'keep_days = 0', {}, /`keep_days`: must be a number greater than 0, up to 3650$/],
  [
    'a text for a list',
    'mail_to = "a@b"',
    {},
    /`mail_to`: must be a list of texts, such as \["one", "another"\]$/,
  ],
  ['a number in a list', 'mail_to = [1, 2]', {}, /`mail_to`: must be a text in quotes$/],
  ['a number for a text', 'database = 5', {}, /`database`: must be a text in quotes$/],
  [
    'a word that is not known',
    'log_level = "loud"',
    {},
    /callhook\.toml:1: `log_level`: must be one of debug, info, warn, error, silent$/,
  ],
  [
    'a range that is none',
    'allowed_addresses = ["10.0.0.0/99"]',
    {},
    /callhook\.toml:1: `allowed_addresses`: .*10\.0\.0\.0\/99/,
  ],
  [
    'text that is not TOML',
    'database = "a.db"\napi_port 8000',
    {},
    /callhook\.toml:2: Invalid TOML document/,
  ],
  [
    'a variable that is not known',
    '',
    { CALLHOOK_LOG_LEVLE: 'debug' },
    /^CALLHOOK_LOG_LEVLE: unknown variable, did you mean `CALLHOOK_LOG_LEVEL`\?$/,
  ],
  [
    'a variable like none beside a wrong key',
    'api_port = -1',
    { CALLHOOK_COLOUR: 'red' },
    /:1: `api_port`.*\nCALLHOOK_COLOUR: unknown variable; `callhook serve --print-config`/,
  ],
  ['a wrong variable', '', { CALLHOOK_API_PORT: 'high' }, /^CALLHOOK_API_PORT: `api_port`: /],
  [
    'two things wrong',
    'api_port = -1\nconnect_timeout_seconds = 0',
    {},
    /:1: `api_port`.*\n.*:2: `connect_timeout_seconds`/,
  ],
] as const) {
  test(`${what} is refused with its place`, (t) => {
    assert.throws(() => load(t, toml, env), { code: 'CONFIG_INVALID', message: told });
  });
}

test('variables that are no settings, and those of others, are no fault', (t) => {
  const config = load(t, '', {
    CALLHOOK_KEY: 'x',
    CALLHOOK_LISTEN_SECRET: 'x',
    CALLHOOK_TEST_REQUIRE_ALL: '1',
    CALLHOOK_SERVICE_HOST: '10.0.0.7',
    CALLHOOK_SERVICE_PORT_HTTP: '8480',
    CALLHOOK_PORT: 'tcp://10.0.0.7:8480',
    CALLHOOK_PORT_8480_TCP_ADDR: '10.0.0.7',
    CALLHOOKS: '1',
    PATH: '/bin',
  });
  assert.equal(config.api_port, 8_480);
  assert.throws(() => load(t, '', { CALLHOOK_PORT: '8481' }), /CALLHOOK_PORT: unknown variable/);
});

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const MAIL = 'mail_from = "Callhook <callhook@acme.example>"\nmail_to = ["ops@acme.example"]\n';

test('notices and traces are off until they are given an address', (t) => {
  const { smtp_url, mail_to, operator_webhook_url, otlp_url } = load(t, '');
  assert.deepEqual([smtp_url, mail_to, operator_webhook_url, otlp_url], ['', [], '', '']);
});

test('the settings that hold secrets can stand in the environment', (t) => {
  const config = load(t, `${MAIL}operator_webhook_url = "https://ops.acme.example/callhook"`, {
    CALLHOOK_SMTP_URL: 'smtps://callhook:p%40ss@mail.acme.example:465',
    CALLHOOK_MAIL_TO: 'ops@acme.example, night@acme.example',
    CALLHOOK_OPERATOR_WEBHOOK_SECRET: SECRET,
    CALLHOOK_OTLP_URL: 'http://127.0.0.1:4318',
  });
  assert.equal(config.smtp_url, 'smtps://callhook:p%40ss@mail.acme.example:465');
  assert.deepEqual(config.mail_to, ['ops@acme.example', 'night@acme.example']);
  assert.equal(config.operator_webhook_secret, SECRET);
});

for (const [what, toml, told] of [
  [
    'a mail server that is none',
    `${MAIL}smtp_url = "https://hunter2@mail.acme.example"`,
    /:3: `smtp_url`: must/,
  ],
  [
    'a mail server with options',
    `${MAIL}smtp_url = "smtp://a:hunter2@b?tls=no"`,
    /:3: `smtp_url`: .*after the port/,
  ],
  ['a password that is not encoded', `${MAIL}smtp_url = "smtp://a:hunter2%@b"`, /:3: `smtp_url`: .*%40/],
  ['a mail server without quotes', 'smtp_url = smtp://a:hunter2@b', /:1: Invalid TOML document/],
  ['a mail server alone', 'smtp_url = "smtp://a:hunter2@b"', /needs `mail_from`.*\n.*needs `mail_to`/],
  [
    'a sender that is none',
    `smtp_url = "smtp://b"\nmail_from = "ops"\nmail_to = ["o@b"]`,
    /:2: `mail_from`: must/,
  ],
  [
    'a recipient that is none',
    `smtp_url = "smtp://b"\nmail_to = ["o@b", "x"]\nmail_from = "o@b"`,
    /:2: `mail_to`/,
  ],
  [
    'a webhook without TLS',
    `operator_webhook_url = "http://a"\noperator_webhook_secret = "${SECRET}"`,
    /:1: .*https/,
  ],
  [
    'a webhook without a secret',
    'operator_webhook_url = "https://a"',
    /:1: .*needs `operator_webhook_secret`/,
  ],
  [
    'a secret that is none',
    'operator_webhook_url = "https://a"\noperator_webhook_secret = "hunter2"',
    /:2: `operator_webhook_secret`: must be whsec_/,
  ],
  ['a collector that is none', 'otlp_url = "localhost:4318"', /:1: `otlp_url`: must be an http/],
] as const) {
  test(`${what} is refused with its place, and no secret is told`, (t) => {
    assert.throws(
      () => load(t, toml),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.match(error.message, told);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });
}

test('a file that was named must be there', () => {
  assert.throws(() => loadConnectorConfig('/nowhere/callhook.toml', {}), {
    code: 'CONFIG_INVALID',
    message: /\/nowhere\/callhook\.toml cannot be read \(ENOENT\)/,
  });
});
