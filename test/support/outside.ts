/**
 * What stands around a connector in a full run: receivers that fail first and repeat all that they were told, a collector of
 * traces, a post office. What reaches them is kept, bodies only: in the headers we prove who we are.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';
import type { Pair } from './certificates.ts';
import { serveHttps } from './https-server.ts';

export type Keep = (name: string, text: string | Uint8Array) => void;

export interface Outside {
  /** Of the receivers; the path says which one. */
  url: string;
  collectorUrl: string;
  /** Requests by the path's first part. */
  seen: ReadonlyMap<string, number>;
  /** `Authorization` of every request. */
  authorizations: ReadonlySet<string>;
  /** Resolves when it holds of the requests so far. */
  until(condition: (seen: ReadonlyMap<string, number>) => boolean): Promise<void>;
}

/** How a receiver fails that repeats what it was told. */
const FAILURES = [500, 401, 302, 429, 400] as const;

/** @param echo what they say beside what they were told */
export async function startOutside(
  t: TestContext,
  server: Pair,
  { ca, echo }: { ca: string; echo: string },
  keep: Keep,
): Promise<Outside> {
  const seen = new Map<string, number>();
  const authorizations = new Set<string>();
  const waiting = new Set<() => void>();
  const take = (name: string, request: IncomingMessage, answer: (body: string, count: number) => void) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      keep(`${name} ${request.url}`, body);
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      answer(body.toString('utf8'), count);
      for (const look of waiting) look();
    });
  };

  const url = await serveHttps(
    t,
    { ...server, ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const name = (request.url ?? '').split('/')[1] ?? '';
      if (request.headers.authorization !== undefined) authorizations.add(request.headers.authorization);
      take(name, request, (body, count) => {
        if (name !== 'broken' && count > 1) response.writeHead(204).end();
        else repeat(response, FAILURES[count % FAILURES.length]!, request, `${echo} ${body}`);
      });
    },
  );

  const collector = createServer((request, response) => {
    take('collector', request, () =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    );
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    collector.close();
    collector.closeAllConnections();
  });
  return {
    url,
    collectorUrl: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    seen,
    authorizations,
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          if (!condition(seen)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Says again all that it was told, in body, reason and headers. */
function repeat(response: ServerResponse, status: number, { headers }: IncomingMessage, words: string): void {
  const told = `${headers.authorization ?? ''} ${String(headers['x-planted'] ?? '')} ${words} ${JSON.stringify(headers)}`;
  const line = encodeURIComponent(told).slice(0, 1_000);
  response.statusMessage = line;
  response.writeHead(status, {
    'retry-after': '0',
    'x-request-id': headers.authorization?.split(' ')[1] ?? 'none',
    via: `1.1 ${told.slice(0, 500).replace(/[^ -~]/g, '.')}`,
    'x-told': line,
    location: `https://${line.slice(0, 60)}.example/${line}`,
  });
  response.end(told);
}

export interface PostOffice {
  port: number;
  /** Resolves when a mail has come. */
  mailed(): Promise<void>;
}

/** Refuses the first mail in words that repeat the password, then takes all. */
export async function startPostOffice(
  t: TestContext,
  server: Pair,
  { password, echo }: { password: string; echo: string },
  keep: Keep,
): Promise<PostOffice> {
  const mailed = Promise.withResolvers<void>();
  let tries = 0;
  const office = new SMTPServer({
    secure: true,
    ...server,
    onAuth: ({ username, password: given = '' }, _session, done) => {
      tries += 1;
      if (tries === 1) done(new Error(`${username} ${given} ${echo}`));
      else done(null, given === password ? { user: username } : {});
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        keep('mail', Buffer.concat(chunks));
        mailed.resolve();
        done();
      });
    },
  });
  // What a client breaks off is told to the server's own listeners.
  office.on('error', () => {});
  office.listen(0, '127.0.0.1');
  await new Promise((resolve) => office.server.once('listening', resolve));
  t.after(() => new Promise<void>((resolve) => office.close(() => resolve())));
  return { port: (office.server.address() as AddressInfo).port, mailed: () => mailed.promise };
}
