/**
 * A CRM for tests: a real HTTPS server that verifies each request with the official Standard Webhooks library and
 * remembers it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { Webhook } from 'standardwebhooks';
import type { Message } from './expectation.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export interface Received {
  messageId: string;
  body: string;
  message: Message;
  headers: IncomingHttpHeaders;
}

export interface Crm {
  url: string;
  /** PEM, to be trusted. */
  certificate: string;
  received: Received[];
  /** What came without a good signature, and was refused. */
  unsigned: Pick<Received, 'body' | 'headers'>[];
  /** What the next requests are answered with; 204 when empty. */
  answers: number[];
  /** The body of every answer. */
  says: string;
  /** How long each request waits for its answer. */
  delayMs: number;
  /** Requests so far, answered or not. */
  requests(): number;
  until(condition: (received: readonly Received[]) => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function certificateFor(name = 'localhost'): Promise<{ key: string; cert: string }> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: name },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** @param port 0 takes any free one */
export async function startCrm(port = 0, given?: { key: string; cert: string }): Promise<Crm> {
  const { key, cert } = given ?? (await certificateFor());
  const webhook = new Webhook(SECRET);
  const waiting = new Set<() => void>();
  let requests = 0;
  const server: Server = createServer({ key, cert }, (request, response) => {
    requests += 1;
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => (body += text));
    request.on('end', () => {
      const answer = () => {
        const status = crm.answers.shift() ?? 204;
        try {
          webhook.verify(body, request.headers as Record<string, string>);
        } catch {
          crm.unsigned.push({ body, headers: request.headers });
          response.writeHead(401).end();
          return;
        }
        response.writeHead(status).end(status === 204 ? undefined : crm.says);
        if (status >= 300) return;
        const message = JSON.parse(body) as Message;
        const { headers } = request;
        crm.received.push({ messageId: String(headers['webhook-id']), body, message, headers });
        for (const look of waiting) look();
      };
      if (crm.delayMs > 0) setTimeout(answer, crm.delayMs);
      else answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const crm: Crm = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/calls`,
    certificate: cert,
    received: [],
    unsigned: [],
    answers: [],
    says: '',
    delayMs: 0,
    requests: () => requests,
    until: (condition) =>
      new Promise((resolve) => {
        const look = () => {
          if (!condition(crm.received)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return crm;
}
