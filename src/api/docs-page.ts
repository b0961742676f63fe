/** The API as a page to read: made here of the OpenAPI document, without a script, and nothing from elsewhere. */
import { createHash } from 'node:crypto';

interface Operation {
  tags: string[];
  summary: string;
  description?: string;
  security: object[];
  parameters: { name: string; in: string; description?: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: { $ref?: string } }> }>;
}

interface Document {
  info: { title: string; version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
pre { overflow: auto; padding: 0.75rem; border: 1px solid; border-radius: 0.25rem; }
details { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: 0.4rem 0; }
summary { cursor: pointer; } summary code { font-weight: 600; }
td, th { text-align: left; padding: 0.1rem 1rem 0.1rem 0; vertical-align: top; }`;

/** The page's only source of style is in it, by its hash. */
export const PAGE_CSP = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

export function docsPage(openApi: object): string {
  const document = openApi as Document;
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2>${escape(name)}</h2>${own.map(operationHtml).join('')}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="${escape(name)}"><summary><code>${escape(name)}</code></summary><pre>${escape(JSON.stringify(schema, null, 2))}</pre></details>`,
  );
  return page(
    `${info.title} API ${info.version}`,
    `<p>${escape(info.description)} As a file: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
${sections.join('')}<h2>Shapes</h2>${schemas.join('')}`,
  );
}

/** @param body HTML; `PAGE_CSP` goes with it */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>${STYLE}</style></head><body><h1>${escape(title)}</h1>${body}</body></html>`;
}

function operationHtml({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}): string {
  const { summary, description = '', parameters, requestBody, responses, security } = operation;
  const rows = parameters.map(
    ({ name, in: place, description: says = '', required }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${place}${required === true ? ', required' : ''}</td><td>${escape(says)}</td></tr>`,
  );
  const body = requestBody === undefined ? '' : `<p>Takes ${reference(requestBody.content)}</p>`;
  const answers = Object.entries(responses).map(
    ([status, { description: says, content }]) =>
      `<tr><td>${escape(status)}</td><td>${escape(says)}</td><td>${content === undefined ? '' : reference(content)}</td></tr>`,
  );
  return `<details><summary><code>${method.toUpperCase()} ${escape(path)}</code> ${escape(summary)}</summary>
<p>${escape(description)}${security.length === 0 ? ' Without logging in.' : ''}</p>
<table>${rows.join('')}</table>${body}<table>${answers.join('')}</table></details>`;
}

function reference(content: Record<string, { schema: { $ref?: string } }>): string {
  const [first] = Object.values(content);
  const name = first?.schema.$ref?.split('/').at(-1);
  return name === undefined ? '' : `<a href="#${escape(name)}">${escape(name)}</a>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
