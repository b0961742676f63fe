/**
 * A small stand-in for FreeSWITCH's Event Socket, for the demo and for tests: it speaks the real protocol over a real
 * socket (greeting, login, commands and answers) and sends the bytes it is given. It knows no calls of its own.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface EslServerOptions {
  password: string;
  /** A user of the directory who may log in with the same password. */
  username?: string;
  /** The access list lets nobody in. */
  turnsAway?: boolean;
  /** Answers a command otherwise than an empty, permissive FreeSWITCH would; `undefined`: as that one. */
  answer?(command: string, session: EslSession): string | undefined;
  /** A client has asked for events: from now on it expects some. */
  subscribed?(session: EslSession): void;
}

export interface EslServer {
  port: number;
  /** Sessions so far, ended ones included. */
  sessions: readonly EslSession[];
  close(): Promise<void>;
}

export class EslSession {
  /** All commands received, in order. */
  readonly commands: string[] = [];
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** As FreeSWITCH does when it is stopped. */
  sayGoodbye(): void {
    const text = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n';
    this.#socket.end(`Content-Type: text/disconnect-notice\nContent-Length: ${text.length}\n\n${text}`);
  }

  drop(): void {
    this.#socket.destroy();
  }
}

export async function startEslServer(options: EslServerOptions): Promise<EslServer> {
  const sessions: EslSession[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const session = new EslSession(socket);
    sessions.push(session);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    serve(socket, session, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function serve(socket: Socket, session: EslSession, options: EslServerOptions): void {
  if (options.turnsAway === true) {
    socket.end('Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n');
    return;
  }
  let pending = '';
  session.send('Content-Type: auth/request\n\n');
  socket.setEncoding('utf8').on('data', (text: string) => {
    pending += text;
    for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
      const command = pending.slice(0, end);
      pending = pending.slice(end + 2);
      session.commands.push(command);
      const answer = options.answer?.(command, session) ?? usualAnswer(command, options);
      session.send(answer);
      if (/^(user)?auth /.test(command) && !answer.includes('+OK')) session.sayGoodbye();
      if (command.startsWith('event ')) options.subscribed?.(session);
    }
  });
}

/** What FreeSWITCH 1.10 answers while nobody is on the phone. */
function usualAnswer(command: string, { password, username }: EslServerOptions): string {
  const [verb = ''] = command.split(' ', 1);
  switch (verb) {
    case 'auth':
      return reply(command === `auth ${password}` ? '+OK accepted' : '-ERR invalid');
    case 'userauth':
      return reply(command === `userauth ${username}:${password}` ? '+OK accepted' : '-ERR invalid');
    case 'event':
      return reply(`+OK event listener enabled ${command.split(' ')[1]}`);
    case 'api':
      return apiAnswer(command.slice('api '.length));
    default:
      return reply('-ERR command not found');
  }
}

function apiAnswer(command: string): string {
  if (command === 'show channels as json') return response('{"row_count": 0}\n');
  if (command === 'uptime') return response('3600\n');
  return response(command.startsWith('uuid_') ? '-ERR No such channel!\n' : '-ERR Command not found!\n');
}

/** The answer to a command. */
export function reply(text: string): string {
  return `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
}

/** The answer to an `api` command. */
export function response(body: string): string {
  return `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`;
}
