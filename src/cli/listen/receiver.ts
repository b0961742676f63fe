/**
 * An HTTPS receiver as an integrator would write one: verifies the signature (Standard Webhooks 1.0), reads the body,
 * watches the order, answers; and tells each delivery.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { verify } from '../../delivery/signature.ts';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import type { Certificate } from './certificate.ts';
import { readMessage, type Message } from './message.ts';
import { OrderCheck, type Order } from './order-check.ts';

export interface Delivery {
  receivedAtMs: number;
  messageId: string;
  message: Message;
  /** `unchecked` without a secret to check with. */
  signature: 'valid' | 'invalid' | 'unchecked';
  order: Order;
  /** The status that it was answered with. */
  answered: number;
}

/** A POST that is no message of Callhook. */
export interface Refusal {
  receivedAtMs: number;
  /** Why, in words. */
  refused: string;
  answered: number;
}

export interface ReceiverOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  certificate: Pick<Certificate, 'key' | 'cert'>;
  /** Any of them may have signed. */
  secrets: readonly string[];
  /** Statuses for the next messages; then 204. */
  failures?: readonly number[];
}

export interface Receiver {
  url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;
/** The specification's tolerance of the timestamp. */
const TOLERANCE_S = 300;

/** @throws CallhookError `LISTEN_FAILED` */
export async function startReceiver(
  options: ReceiverOptions,
  tell: (received: Delivery | Refusal) => void,
): Promise<Receiver> {
  const order = new OrderCheck();
  const failures = [...(options.failures ?? [])];

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST')
      return refuse(response, 405, 'Callhook sends its messages here as POST requests.');
    const body = await readBody(request);
    const turnAway = (status: number, refused: string) => {
      refuse(response, status, `This is not a message of Callhook: ${refused}.`);
      tell({ receivedAtMs: Date.now(), refused, answered: status });
    };
    if (body === undefined) return turnAway(413, `it is longer than ${MAX_BODY_BYTES / 1_024} kB`);
    const message = readMessage(body);
    if ('reason' in message) return turnAway(400, message.reason);
    const messageId = String(request.headers['webhook-id'] ?? '');
    const signature = checkSignature(options.secrets, request, body);
    const answered = signature === 'invalid' ? 401 : (failures.shift() ?? 204);
    // What is refused was not received, so it comes again and is no repeat.
    const seen = answered < 300 ? order.see(message.call_id, message.seq_num, messageId) : 'next';
    response.writeHead(answered).end();
    tell({ receivedAtMs: Date.now(), messageId, message, signature, order: seen, answered });
  };

  const { key, cert } = options.certificate;
  const server = createServer({ key, cert }, (request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  // Also those that have not said anything yet, or are in the middle of a TLS handshake: a close waits for nobody.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(options, cause)));
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function checkSignature(
  secrets: readonly string[],
  request: IncomingMessage,
  body: string,
): Delivery['signature'] {
  if (secrets.length === 0) return 'unchecked';
  const header = (name: string) => String(request.headers[name] ?? '');
  const timestampS = Number(header('webhook-timestamp'));
  const fresh = Math.abs(Date.now() / 1_000 - timestampS) <= TOLERANCE_S;
  const signed = { id: header('webhook-id'), timestampS, body };
  return fresh && secrets.some((secret) => verify(secret, signed, header('webhook-signature')))
    ? 'valid'
    : 'invalid';
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    .end(`${words}\n`);
}

function cannotListen({ host, port }: ReceiverOptions, cause: unknown): CallhookError {
  const code = systemCodeOf(cause) ?? 'unknown';
  const advice =
    code === 'EADDRINUSE'
      ? 'Something listens there already: choose another --port.'
      : 'Are --host and --port right?';
  return new CallhookError('LISTEN_FAILED', `Cannot listen on ${host}:${port} (${code}). ${advice}`, {
    cause,
  });
}
