/** Requests that never get to a route: what is no HTTP, comes too slowly, or with a method that its path does not have. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { systemCodeOf } from '../runtime/errors.ts';
import { PROBLEM_TYPE, sendProblem, writeProblem } from './problem.ts';

/** Answers 405 to the other methods of a path, whoever asks. */
export function refuseOtherMethods(api: FastifyInstance, url: string, ...allowed: readonly string[]): void {
  const method = api.supportedMethods.filter((one) => !allowed.includes(one));
  const allow = allowed.join(', ');
  api.route({
    method,
    url,
    // Before a body is looked at.
    onRequest: (_request, reply) =>
      void sendProblem(reply.header('allow', allow), 'METHOD_NOT_ALLOWED', `Here goes ${allow}.`),
    handler: (_request, reply) => reply,
  });
}

/** Answers what Node cannot read, or has waited for too long, and hangs up. Who has not greeted cannot be answered. */
export function refuseUnread(error: Error, socket: Socket, headers: Readonly<Record<string, string>>): void {
  const code = systemCodeOf(error);
  if (code === 'ECONNRESET' || /^ERR_(SSL|TLS)_/.test(code ?? '') || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, text } = problemOf(code, socket instanceof TLSSocket);
  const told = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\n${told.join('')}` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    () => socket.destroy(),
  );
}

function problemOf(code: string | undefined, isOverTls: boolean) {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return writeProblem('REQUEST_TOO_SLOW', 'Nothing of this was kept. Send all of it at once.');
    case 'HPE_HEADER_OVERFLOW':
      return writeProblem('HEADERS_TOO_LARGE', 'All headers together may have 16 KiB.');
    default:
      return writeProblem(
        'REQUEST_UNREADABLE',
        `Is it HTTP/1.1${isOverTls ? '' : ', without TLS'}, and are its lengths right?`,
      );
  }
}
