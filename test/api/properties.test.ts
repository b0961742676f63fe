/**
 * Requests made of the OpenAPI document, right and wrong, against a running server: never a fault of ours, and each answer
 * as the document says. In the manner of schemathesis.
 */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { startApi, type Client, type Reply } from '../support/api.ts';
import type { Store } from '../../src/store/store.ts';
import { step } from '../support/logged.ts';
import { needsPostgres } from '../support/needs.ts';
import { openAlone } from '../support/postgres-stores.ts';
import { openTestStore } from '../support/store.ts';

type Json = Record<string, unknown>;

interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; schema: Json }[];
  body: Json | undefined;
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

/** They would end the session that asks. */
const ENDS_IT = /\/(logout|me\/sessions)$/;

function operationsOf(document: Json): Operation[] {
  const paths = document['paths'] as Record<string, Record<string, Json>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const body = operation['requestBody'] as { content: Record<string, { schema: Json }> } | undefined;
      return {
        method: method.toUpperCase(),
        path,
        parameters: operation['parameters'] as Operation['parameters'],
        body: body?.content['application/json']?.schema,
        responses: operation['responses'] as Operation['responses'],
      };
    }),
  );
}

/** Values that a schema allows, for as much of JSON Schema as the document uses. */
function valuesOf(schema: Json, document: Json): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, enum: words, type, pattern } = schema as Record<string, never>;
  if ($ref !== undefined) return valuesOf(resolve($ref, document), document);
  if ('const' in schema) return fc.constant(schema['const']);
  const choices = (anyOf ?? oneOf) as Json[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map((one) => valuesOf(one, document)));
  if (words !== undefined) return fc.constantFrom(...(words as unknown[]));
  switch (type as string | undefined) {
    case 'object':
      return objectsOf(schema, document);
    case 'array': {
      const items = valuesOf((schema['items'] ?? {}) as Json, document);
      return fc.array(items, { minLength: Number(schema['minItems'] ?? 0), maxLength: 4 });
    }
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Number(schema['minimum'] ?? -5), max: Number(schema['maximum'] ?? 99) });
    case 'number':
      return fc.double({
        min: Number(schema['minimum'] ?? 0),
        max: Number(schema['maximum'] ?? 99),
        noNaN: true,
      });
    case 'string':
      return pattern === undefined ? texts : fc.oneof(fc.stringMatching(new RegExp(pattern)), texts);
    default:
      return fc.jsonValue();
  }
}

function objectsOf(schema: Json, document: Json): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  const required = new Set((schema['required'] ?? []) as string[]);
  const model = Object.fromEntries(properties.map(([name, one]) => [name, valuesOf(one, document)]));
  return fc.record(model, { requiredKeys: [...required].filter((name) => name in model) });
}

/** What people, PBXes and attackers write. */
const texts = fc.oneof(
  fc.constantFrom(
    'acme',
    'beta',
    'FI',
    'pbx',
    'PJSIP/1001',
    '1001',
    '+358942721001',
    'https://crm.example/',
    '${X}',
    '%',
    '\\',
    'a@b.example',
    '5s',
    '',
    '\u0000',
    '../..',
    '__proto__',
    'ä',
    '𝒳',
    '\ud800',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

function resolve(ref: string, document: Json): Json {
  return ref
    .slice(2)
    .split('/')
    .reduce<Json>((inner, key) => inner[key] as Json, document);
}

interface Request {
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

function requestsOf(
  operation: Operation,
  document: Json,
  there: Record<string, string>,
): fc.Arbitrary<Request> {
  const values = (place: string) =>
    Object.fromEntries(
      operation.parameters
        .filter((one) => one.in === place)
        .map(({ name, schema }) => {
          const known = there[name];
          const any = fc.oneof(valuesOf(schema, document), texts);
          return [
            name,
            known === undefined ? any : fc.oneof({ weight: 3, arbitrary: fc.constant(known) }, any),
          ];
        }),
    );
  const body =
    operation.body === undefined
      ? fc.constant(undefined)
      : fc.oneof({ weight: 4, arbitrary: valuesOf(operation.body, document) }, fc.jsonValue());
  return fc
    .record({
      params: fc.record(values('path')),
      query: fc.record(values('query'), { requiredKeys: [] }),
      body,
      ifMatch: fc.constantFrom(undefined, undefined, '*', '*', '"x"', 'garbage,,'),
      key: fc.option(fc.stringMatching(/^[!-~]{1,20}$/), { nil: undefined, freq: 8 }),
    })
    .map(({ params, query, body: sent, ifMatch, key }) => {
      const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encode(String(params[name])));
      const asked = Object.entries(query).map(([name, value]) => `${name}=${encode(String(value))}`);
      const headers = {
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(key !== undefined && { 'idempotency-key': key }),
      };
      return { path: `${path}${asked.length === 0 ? '' : `?${asked.join('&')}`}`, body: sent, headers };
    });
}

/** A path cannot hold half a character; one dot or two would be another path. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/^\.{1,2}$/, 'dots');
}

/** `seen`: what so many runs of each operation cannot miss, or the test asks nothing. */
const BACKENDS = [
  {
    name: 'SQLite',
    needs: {},
    open: async () => openTestStore(),
    runs: 30,
    seen: [200, 201, 204, 404, 422, 428],
  },
  { name: 'PostgreSQL', needs: needsPostgres(), open: openAlone, runs: 8, seen: [200, 404, 422] },
];

for (const { name, needs, open, runs, seen } of BACKENDS) {
  test(`${name}: whatever is asked, nothing breaks, and each answer is as the document says`, needs, (t) =>
    askEverything(t, open(), runs, seen),
  );
}

async function askEverything(
  t: TestContext,
  opened: Promise<Store>,
  numRuns: number,
  expected: readonly number[],
): Promise<void> {
  const passwords = { hash: async () => 'hash', verify: async () => false };
  const { account, store } = await startApi(t, { passwords, store: await opened });
  const operator = await account('operator');
  const administrator = await account('administrator', 'acme');
  const document = (await operator.client('GET', 'openapi.json')).body as Json;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...document, $id: 'document' });
  const [user] = await store.directory.users('acme', { limit: 1 });
  const refusals = [{ endpointId: 'crm', why: 'filter' }] as const;
  await store.calls.commit(
    [step({ call: 'call-1' }), step({ call: 'call-2', to: [], refusals })],
    Date.now(),
  );
  const there = {
    organisation: 'acme',
    user: user!.userId,
    endpoint: 'crm',
    source: 'pbx',
    account: administrator.id,
    call: 'call-1',
    message: 'acme-crm-call-1-a.-EARLY',
  };

  const seen = new Map<number, number>();
  const check = async (operation: Operation, client: Client, { path, body, headers }: Request) => {
    const answer = await client(operation.method, path, body, headers);
    const name = `${operation.method} ${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`;
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
    assert.ok(answer.status < 500, name);
    assertAsSaid(answer, operation, ajv, name);
  };
  const all = operationsOf(document).filter(({ path, method }) => !ENDS_IT.test(path) || method === 'GET');
  // What is removed is missing for the others.
  const operations = all.toSorted((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
  for (const operation of operations) {
    await fc.assert(
      fc.asyncProperty(requestsOf(operation, document, there), fc.boolean(), (request, isOperator) =>
        check(operation, isOperator ? operator.client : administrator.client, request),
      ),
      { numRuns },
    );
  }
  for (const status of expected) assert.ok(seen.has(status), `${status} was never answered`);
}

function assertAsSaid(
  { status, body, headers }: Reply,
  operation: Operation,
  ajv: Ajv2020,
  name: string,
): void {
  const type = (headers.get('content-type') ?? '').split(';')[0]!;
  const said = operation.responses[String(status)] ?? operation.responses['default'];
  assert.ok(
    String(status) in operation.responses || status >= 400 || status === 304,
    `not in the document: ${name}`,
  );
  if (body === undefined) return;
  const schema = said?.content?.[type]?.schema;
  assert.ok(schema !== undefined, `no ${type} in the document: ${name}`);
  const reference = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as Json;
  const validate = ajv.compile(reference);
  assert.ok(validate(body), `${name}\n${ajv.errorsText(validate.errors)}`);
}
