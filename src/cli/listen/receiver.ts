/**
 * An HTTPS receiver as an integrator would write one: verifies the signature (Standard Webhooks 1.0), reads the body,
 * watches the order, answers; and tells each delivery.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { OutwardEvent } from '../../call/outward-event.ts';
import { verify } from '../../delivery/signature.ts';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import type { Certificate } from './certificate.ts';
import { OrderCheck, type Order } from './order-check.ts';

export type Message = OutwardEvent & { seq_num: number };

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
  tell: (delivery: Delivery) => void,
): Promise<Receiver> {
  const order = new OrderCheck();
  const failures = [...(options.failures ?? [])];

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST')
      return refuse(response, 405, 'Callhook sends its messages here as POST requests.');
    const body = await readBody(request);
    if (body === undefined) return refuse(response, 413, 'No message is that long.');
    const message = readMessage(body);
    if (message === undefined)
      return refuse(
        response,
        400,
        'This is not a message of Callhook: JSON with seq_num, call_id and state.',
      );
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
        server.closeAllConnections();
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

function readMessage(body: string): Message | undefined {
  try {
    const read: unknown = JSON.parse(body);
    if (typeof read !== 'object' || read === null) return undefined;
    const message = read as Partial<Message>;
    const whole =
      typeof message.seq_num === 'number' &&
      typeof message.call_id === 'string' &&
      typeof message.state === 'string';
    return whole ? (read as Message) : undefined;
  } catch {
    return undefined;
  }
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
