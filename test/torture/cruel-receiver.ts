/**
 * A receiver that changes its mind: it answers, fails, stalls, resets, drips, talks without end and changes its
 * certificate. What it has seen is the evidence that everything is judged by.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Webhook } from 'standardwebhooks';
import type { Message } from '../support/expectation.ts';
import { certificateFor, SECRET } from '../support/receiver.ts';
import { senderOf } from './senders.ts';

export const MOODS = [
  'well',
  'well',
  'well',
  'failing',
  'busy',
  'stalling',
  'resetting',
  'dripping',
  'endless',
  'stranger',
] as const;
export type Mood = (typeof MOODS)[number];

export interface Arrival {
  messageId: string;
  message: Message;
  skipped: readonly number[];
  /** This process's clock, when the whole request was read. */
  atMs: number;
  /** When the whole answer was given to the system, if it took the message. */
  takenAtMs?: number;
  /** The process that sent it, where that could be seen. */
  sender?: number;
}

export interface CruelReceiver {
  url: string;
  certificate: string;
  mood: Mood;
  /** Every request that was read and verified, in order. */
  arrivals: Arrival[];
  forgeries: number;
  close(): void;
}

/** @param pids the processes that may send */
export async function startCruelReceiver(
  random: () => number,
  pids: () => readonly number[],
): Promise<CruelReceiver> {
  const [own, strange] = await Promise.all([certificateFor(), certificateFor('stranger.example')]);
  const webhook = new Webhook(SECRET);
  const server: Server = createServer(
    {
      key: own.key,
      cert: own.cert,
      keepAlive: true,
    },
    (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => take(request, response, body));
      request.on('error', () => {});
      response.on('error', () => {});
    },
  );
  server.on('tlsClientError', () => {});
  const senders = new WeakMap<object, number>();
  server.on('secureConnection', (socket: TLSSocket) => {
    const sender = senderOf(socket, pids());
    if (sender !== undefined) senders.set(socket, sender);
  });

  const take = (request: IncomingMessage, response: ServerResponse, body: string) => {
    const { headers } = request;
    try {
      webhook.verify(body, headers as Record<string, string>);
    } catch {
      receiver.forgeries += 1;
    }
    const skipped = String(headers['callhook-skipped'] ?? '')
      .split(',')
      .filter((part) => part !== '')
      .map(Number);
    const arrival: Arrival = {
      messageId: String(headers['webhook-id']),
      message: JSON.parse(body) as Message,
      skipped,
      atMs: Date.now(),
    };
    const sender = senders.get(request.socket);
    if (sender !== undefined) arrival.sender = sender;
    receiver.arrivals.push(arrival);
    response.once('finish', () => {
      if (response.statusCode < 300) arrival.takenAtMs = Date.now();
    });
    answer(response);
  };

  const answer = (response: ServerResponse) => {
    switch (receiver.mood) {
      case 'failing':
        return void response.writeHead(random() < 0.5 ? 503 : 500).end();
      case 'busy':
        return void response.writeHead(429, { 'retry-after': '1' }).end();
      case 'stalling':
        return;
      case 'resetting':
        return void response.destroy();
      case 'dripping':
        return drip(response);
      case 'endless':
        response.writeHead(200);
        return flood(response);
      case 'stranger':
      case 'well':
        return void response.writeHead(204).end();
    }
  };

  const drip = (response: ServerResponse) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 300);
    response.on('close', () => clearInterval(timer));
  };
  const flood = (response: ServerResponse) => {
    const pour = () => {
      while (!response.destroyed && response.write('x'.repeat(4_096)));
    };
    response.on('drain', pour);
    pour();
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let mood: Mood = 'well';
  const receiver: CruelReceiver = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/calls`,
    certificate: own.cert,
    get mood() {
      return mood;
    },
    set mood(next) {
      if (next === mood) return;
      server.setSecureContext(next === 'stranger' ? strange : own);
      // What stalls is let go of, and a new certificate is seen by new connections only.
      server.closeAllConnections();
      mood = next;
    },
    arrivals: [],
    forgeries: 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}
