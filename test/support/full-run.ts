/**
 * One whole run of a real connector with everything secret that there can be, and calls whose numbers must not leave; then all
 * that came out of it, place by place. What is planted is for `findLeaks`.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeFolder, run, start, write } from './callhook-process.ts';
import { makeAuthority, signClient, signServer } from './certificates.ts';
import { CLOSED, NUMBERS, planted, runYaml, SECRETS, runToml } from './full-run-directory.ts';
import { startLivePbx } from './live-pbx.ts';
import { startOutside, startPostOffice, type Keep } from './outside.ts';
import type { Place, Planted } from './planted.ts';
import { query } from './postgres.ts';
import { startTokenServer } from './token-server.ts';
import { TRANSCRIPTS } from './transcripts.ts';

const RECORDING = `${TRANSCRIPTS}asterisk/01-in-answered-caller-hangs-up/ami.raw`;
const STREAM = '/api/v1/organisations/acme/stream';
const OPERATOR = 'olga@operator.example';

export interface FullRun {
  planted(): readonly Planted[];
  /** All that came out until now. */
  places: readonly Place[];
  /** Everything that can be looked at is looked at. */
  look(): Promise<void>;
  /** Lets everything leave from now on, and has another call. */
  openUp(): Promise<void>;
  stop(): Promise<void>;
}

const VERBS = [
  'status',
  'status --json',
  'export',
  'calls',
  'calls --json',
  'calls --unknown-devices',
  'messages',
  'messages --json',
  'messages --endpoint broken',
  'doctor pbx',
  'doctor platform',
  'discover pbx',
  'account list',
  'key list',
  'key rotate',
  'apply acme.yaml',
  'apply acme.yaml --dry-run',
  'apply wrong.yaml',
  'serve --print-config',
].map((line) => line.split(' '));

/** @param database of PostgreSQL; left out, the embedded one */
export async function fullRun(t: TestContext, database?: string): Promise<FullRun> {
  const folder = makeFolder(t);
  const places: Place[] = [];
  const keep: Keep = (name, text) => {
    places.push({ name, bytes: typeof text === 'string' ? Buffer.from(text) : Buffer.from(text) });
  };
  const authority = await makeAuthority();
  const [server, client] = [await signServer(authority), await signClient(authority)];
  const pbx = await startLivePbx(RECORDING, { username: 'callhook', secret: SECRETS.AMI_SECRET });
  t.after(() => pbx.close());
  const tokens = await startTokenServer(t, server);
  const echo = `it was +${NUMBERS.recorded} or +${NUMBERS.posted} for +${NUMBERS.own}`;
  const outside = await startOutside(t, server, { ca: authority.cert, echo }, keep);
  const office = await startPostOffice(t, server, { password: SECRETS.SMTP, echo }, keep);

  write(folder, 'ca.pem', authority.cert);
  write(folder, 'client.pem', client.cert);
  write(folder, 'client.key', client.key);
  write(folder, 'callhook.toml', runToml(outside));
  const yaml = (privacy: string) => runYaml(pbx.port, outside.url, tokens.tokenUrl, privacy);
  write(folder, 'acme.yaml', yaml(CLOSED));
  write(folder, 'open.yaml', yaml('{}'));
  write(folder, 'wrong.yaml', yaml(CLOSED).replaceAll('${', '{').replaceAll('kind: ami', 'kind: amy'));
  const env: Record<string, string> = {
    CALLHOOK_LOG_LEVEL: 'debug',
    CALLHOOK_SMTP_URL: `smtps://callhook:${encodeURIComponent(SECRETS.SMTP)}@127.0.0.1:${office.port}`,
    CALLHOOK_OPERATOR_WEBHOOK_SECRET: SECRETS.OPERATOR,
    ...(database !== undefined && { CALLHOOK_DATABASE: database }),
  };
  const verb = async (args: string[], more: Record<string, string> = {}) => {
    const { out, err } = await run(t, folder, args, { ...env, ...SECRETS, ...more });
    keep(`callhook ${args.join(' ')}`, `${out}\n${err}`);
    return { out, err };
  };
  const applied = await verb(['apply', 'acme.yaml']);
  assert.match(applied.out, /Done: /, applied.err);

  const listened = pbx.listened();
  const running = start(t, folder, ['serve'], env);
  const setUp = Promise.withResolvers<string>();
  running.process.stdout?.on('data', (text: string) => {
    const [, token] = /#(\S+)/.exec(text) ?? [];
    if (token !== undefined) setUp.resolve(token);
  });
  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };
  await Promise.all([listened, running.said('source connected')]);

  const ask = async (
    name: string,
    path: string,
    init: { headers?: Record<string, string>; json?: unknown } = {},
  ) => {
    const { json, headers: given } = init;
    const headers = { ...(json !== undefined && { 'content-type': 'application/json' }), ...given };
    const response = await fetch(`${api}${path}`, {
      headers,
      ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const { 'set-cookie': cookie = '', ...told } = Object.fromEntries(response.headers);
    keep(name, `${response.status} ${JSON.stringify(told)} ${text}`);
    return { status: response.status, text, cookie };
  };
  const get = async (path: string, headers: Record<string, string>) => ask(`GET ${path}`, path, { headers });

  /** A stream has no end: what it says is kept when nobody listens any more. */
  const listen = async (path: string, headers: Record<string, string>) => {
    const over = new AbortController();
    const response = await fetch(`${api}${path}`, { headers, signal: over.signal });
    assert.equal(response.headers.get('content-type')?.split(';')[0], 'text/event-stream');
    const chunks: Uint8Array[] = [];
    const heard = response.body!.pipeTo(new WritableStream({ write: (chunk) => void chunks.push(chunk) }));
    return async () => {
      over.abort();
      await heard.catch(() => {});
      keep(`the stream ${path}`, Buffer.concat(chunks));
    };
  };

  const link = await setUp.promise;
  const made = await ask('the set-up', '/api/v1/set-up', {
    headers: { 'x-callhook': '1' },
    json: { email: OPERATOR, name: 'Olga', password: SECRETS.ACCOUNT, token: link },
  });
  const session = /callhook_session=([^;]+)/.exec(made.cookie)?.[1] ?? assert.fail(made.text);
  const asOperator = { cookie: `callhook_session=${session}`, 'x-callhook': '1' };
  await ask('a login that fails', '/api/v1/login', {
    headers: { 'x-callhook': '1' },
    json: { email: OPERATOR, password: `${SECRETS.ACCOUNT}!` },
  });
  const key = await ask('the answer that shows an API key', '/api/v1/api-keys', {
    headers: { ...asOperator, 'idempotency-key': 'once' },
    json: { name: 'reader', scope: 'read' },
  });
  const { key: apiKey = assert.fail(key.text) } = JSON.parse(key.text) as { key?: string };

  const asPlatform = (token: string, json: unknown) =>
    ask('an answer to the platform', '/api/v1/sources/platform/events', {
      headers: { authorization: `Bearer ${token}` },
      json,
    });
  const postCall = async (nth: number) => {
    for (const state of ['EARLY', 'CONFIRMED', 'TERMINATED']) {
      const numbers = { remote_number: `+${NUMBERS.posted}`, local_number: `+${NUMBERS.own}` };
      const event = {
        leg: `l${nth}`,
        call: `c${nth}`,
        device: 'phone',
        direction: 'INCOMING',
        state,
        ...numbers,
      };
      const { status, text } = await asPlatform(SECRETS.PLATFORM_TOKEN, event);
      assert.equal(status, 202, text);
    }
  };
  const stopListening = await listen(STREAM, asOperator);
  pbx.play(1_000);
  await postCall(1);
  await asPlatform(`${SECRETS.PLATFORM_TOKEN}x`, {});
  // Values only: the name of a key that nobody knows is told back, to its sender alone.
  await asPlatform(SECRETS.PLATFORM_TOKEN, [
    { leg: 7, remote_number: `+${NUMBERS.posted}`, other: NUMBERS.posted, state: NUMBERS.posted },
    NUMBERS.posted,
  ]);
  await outside.until((seen) =>
    ['basic', 'bearer', 'header', 'oauth', 'mutual'].every((name) => (seen.get(name) ?? 0) >= 7),
  );
  await outside.until((seen) =>
    ['broken', 'operator', 'collector'].every((name) => (seen.get(name) ?? 0) >= 2),
  );
  await office.mailed();

  const first = async (path: string, of: string) => {
    const { text } = await get(path, asOperator);
    const { items } = JSON.parse(text) as { items?: Record<string, string>[] };
    return items?.[0]?.[of] ?? assert.fail(text);
  };
  /** Every route that answers a GET, with ids of what there is. */
  const getAll = async (headers: Record<string, string>) => {
    const { paths } = JSON.parse((await get('/api/v1/openapi.json', headers)).text) as {
      paths: Record<string, { get?: unknown }>;
    };
    const ids: Record<string, string> = {
      organisation: 'acme',
      user: NUMBERS.user,
      endpoint: 'broken',
      source: 'pbx',
      number: '2000',
      account: await first('/api/v1/accounts', 'id'),
      call: await first('/api/v1/organisations/acme/calls', 'call_id'),
      message: await first('/api/v1/organisations/acme/messages', 'id'),
    };
    for (const [path, methods] of Object.entries(paths)) {
      if (methods.get === undefined || path.endsWith('/stream')) continue;
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? 'none'));
      await get(filled, headers);
    }
    for (const path of ['/metrics', '/health/live', '/health/ready', '/api/v1/none'])
      await get(path, headers);
  };

  const secretThings = { session, apiKey, setUp: link, clientKey: client.key };
  return {
    planted: () => planted({ ...secretThings, folder, authorizations: outside.authorizations }),
    places,
    async look() {
      for (const args of VERBS) await verb(args);
      await verb(['status'], { CALLHOOK_SMTP_URL: SECRETS.SMTP });
      await verb(['serve'], { CALLHOOK_OPERATOR_WEBHOOK_SECRET: `wh ${SECRETS.OPERATOR}` });
      await verb(['status'], { CALLHOOK_DATABASE: `postgres://callhook:${SECRETS.BEARER}@127.0.0.1:1/x` });
      await stopListening();
      for (const headers of [asOperator, { authorization: `Bearer ${apiKey}` }]) await getAll(headers);
      if (database === undefined) keepFiles(folder, keep);
      else await keepTables(database, keep);
    },
    async openUp() {
      await verb(['apply', 'open.yaml']);
      const before = outside.seen.get('bearer') ?? 0;
      await postCall(2);
      await outside.until((seen) => (seen.get('bearer') ?? 0) >= before + 3);
      if (database === undefined) keepFiles(folder, keep);
      else await keepTables(database, keep);
    },
    async stop() {
      running.process.kill('SIGTERM');
      const { code, out, err } = await running.ended;
      assert.equal(code, 0, err);
      keep('the log', err);
      keep('the standard output of serve', out);
      if (database === undefined) keepFiles(folder, keep);
    },
  };
}

/** The database's file and what lies beside it, byte by byte. */
function keepFiles(folder: string, keep: Keep): void {
  for (const name of readdirSync(folder).filter((file) => file.startsWith('callhook.db'))) {
    keep(`the database ${name}`, readFileSync(join(folder, name)));
  }
}

/** Every column of every row. */
async function keepTables(database: string, keep: Keep): Promise<void> {
  const tables = await query(
    database,
    `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  for (const { table_name } of tables) {
    const rows = await query(database, `SELECT * FROM "${String(table_name)}"`);
    const cells = rows.flatMap((row) => Object.values(row));
    const bytes = cells.map((cell) => (cell instanceof Uint8Array ? cell : Buffer.from(wordOf(cell))));
    keep(
      `the database ${String(table_name)}`,
      Buffer.concat(bytes.flatMap((cell) => [cell, Buffer.from('\n')])),
    );
  }
}

function wordOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : (JSON.stringify(cell) ?? '');
}
