/** The OpenAPI 3.1 document, made of the table of routes. docs/openapi.json is this text; a test keeps it so. */
import { z } from 'zod';
import { DESCRIBED } from '../config/directory-file/shapes.ts';
import { FIELD_CODES, PROBLEMS } from './problem.ts';
import { writesOf, type Route } from './route.ts';

type Json = Record<string, unknown>;

/** Named shapes: of what is answered, and of what is taken. */
const ANSWERED = new Map<z.ZodType, string>();
const TAKEN = new Map<z.ZodType, string>();

/** Gives a shape that is answered a name in the document. */
export function answered<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  ANSWERED.set(schema, id);
  return schema;
}

/** Gives a shape of a body that is taken a name in the document. */
export function taken<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  TAKEN.set(schema, id);
  return schema;
}

const PROBLEM = answered(
  'Problem',
  z
    .looseObject({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      code: z.enum(Object.keys(PROBLEMS) as [string, ...string[]]),
      detail: z.string(),
      errors: z
        .array(
          z.looseObject({
            in: z.string().optional(),
            pointer: z.string().optional(),
            message: z.string(),
            code: z.enum(FIELD_CODES).optional(),
          }),
        )
        .optional(),
    })
    .meta({ description: 'RFC 9457. docs/ERRORS.md says what each code means' }),
);

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'The same request with the same key is done once, and answered the same again for 24 hours',
};
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  schema: { type: 'string' },
  description: 'The ETag of what was read. Needed to change something that is there',
};

export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Callhook',
      version,
      description:
        'The API of the webhook connector for telephone calls. docs/API.md is where to begin. More keys may join in ' +
        'answers; none of those here goes away within /api/v1.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...components(ANSWERED, 'output'), ...components(TAKEN, 'input') },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, `chkey_…`' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'callhook_session',
          description: 'By POST /api/v1/login. Changes need the header `X-Callhook: 1` beside it',
        },
      },
    },
  };
}

function operationOf(route: Route): Json {
  const { operation, tag, summary, description, need, answer, body } = route;
  const security =
    need.who === 'nobody' ? [] : [...(need.person === true ? [] : [{ key: [] }]), { session: [] }];
  const media = answer.media ?? 'application/json';
  const content = answer.schema && {
    content: { [media]: { schema: schemaOf(answer.schema, ANSWERED, 'output') } },
  };
  const statuses = [answer.status, ...(answer.also ?? [])];
  return {
    operationId: operation,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security,
    parameters: parametersOf(route),
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: schemaOf(body, TAKEN, 'input') } },
      },
    }),
    responses: {
      ...Object.fromEntries(statuses.map((status) => [status, { description: answer.says, ...content }])),
      default: {
        description: 'A problem, in words',
        content: { 'application/problem+json': { schema: schemaOf(PROBLEM, ANSWERED, 'output') } },
      },
    },
  };
}

function parametersOf(route: Route): Json[] {
  const { params, query, method, conditional, notRepeatable } = route;
  const inPath = Object.entries(params?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: schemaOf(schema as z.ZodType, TAKEN, 'input'),
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema as z.ZodType, TAKEN, 'input');
    return { name, in: 'query', ...(description !== undefined && { description }), schema: rest };
  });
  const repeatable = method === 'POST' && writesOf(route) && notRepeatable !== true;
  return [
    ...inPath,
    ...inQuery,
    ...(repeatable ? [IDEMPOTENCY_KEY] : []),
    ...(conditional === true && method !== 'GET' ? [IF_MATCH] : []),
  ];
}

type Named = ReadonlyMap<z.ZodType, string>;

function components(named: Named, io: 'input' | 'output'): Json {
  const { schemas } = z.toJSONSchema(registryOf(named), { ...OPTIONS, io, uri: refOf });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [id, withoutNames(schema as Json)]),
  );
}

/** Named parts of it are referred to; those that are not stand where they are. */
function schemaOf(schema: z.ZodType, named: Named, io: 'input' | 'output'): Json {
  const id = named.get(schema);
  if (id !== undefined) return { $ref: refOf(id) };
  const registry = registryOf(named).add(schema, { id: HERE });
  const { schemas } = z.toJSONSchema(registry, { ...OPTIONS, io, uri: refOf });
  return withoutNames(schemas[HERE] as Json);
}

const HERE = 'Here';

function registryOf(named: Named) {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of named) registry.add(schema, { id });
  return registry;
}

function refOf(id: string): string {
  return `#/components/schemas/${id}`;
}

const OPTIONS = {
  unrepresentable: 'any',
  override({
    zodSchema,
    jsonSchema,
  }: {
    zodSchema: z.core.$ZodTypes;
    jsonSchema: z.core.JSONSchema.BaseSchema;
  }) {
    const described = DESCRIBED.get(zodSchema as unknown as z.ZodType);
    if (described !== undefined) Object.assign(jsonSchema, described.json);
  },
} as const;

function withoutNames({ $schema: _dialect, $id: _name, ...rest }: Json): Json {
  return rest;
}
