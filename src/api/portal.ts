/**
 * The portal: files that Vite has built (portal/, `npm run build:portal`), served beside the API. Each page of it is the same
 * `index.html`; which one is meant is read from the address in the browser.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The same place from `src/api` and from `dist/api`. */
const BUILT = fileURLToPath(new URL('../../dist/portal/', import.meta.url));
const NONCE = '__CSP_NONCE__';
/** What no page of the portal is called. */
const NOT_PAGES = /^\/(api|assets|health|metrics)(\/|$)|\.\w+$/;

export interface Portal {
  /** Answers a request for one of its pages. @returns false if it is none */
  page(request: FastifyRequest, reply: FastifyReply): boolean;
}

/** @returns undefined where it is not built, as in a checkout without `npm ci` */
export function servePortal(api: FastifyInstance, folder = BUILT): Portal | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  // Names of assets hold their contents' hash.
  void api.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    cacheControl: true,
    index: false,
    // A route for each file: whatever else is asked for is not there.
    wildcard: false,
  });
  for (const name of ['icon.svg', 'color-scheme.js']) {
    api.get(`/${name}`, (_request, reply) =>
      reply.sendFile(name, folder, { maxAge: '1h', immutable: false }),
    );
  }
  return {
    page({ method, url }, reply) {
      const isPage = (method === 'GET' || method === 'HEAD') && !NOT_PAGES.test(url.split('?')[0]!);
      if (isPage) sendIndex(html, reply);
      return isPage;
    },
  };
}

/** Scripts come as files from here only; what a component styles carries the nonce of this answer. */
function sendIndex(html: string, reply: FastifyReply): void {
  const nonce = randomBytes(16).toString('base64');
  void reply
    .header(
      'content-security-policy',
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; ` +
        "font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    )
    .type('text/html; charset=utf-8')
    .send(html.replaceAll(NONCE, nonce));
}
