/**
 * A small stand-in for Asterisk's Manager Interface, for the demo and for tests: it speaks the real protocol over a
 * real socket (greeting, challenge and plain login, actions and answers) and sends the bytes it is given. It knows
 * no calls of its own.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export type AmiHeaders = ReadonlyMap<string, string>;

export interface AmiServerOptions {
  username: string;
  secret: string;
  /** PEM; with it the server speaks TLS. */
  tls?: { key: string; cert: string };
  /** Answers an action otherwise than an empty, permissive Asterisk would; `undefined`: as that one. */
  answer?(headers: AmiHeaders, session: AmiSession): string | undefined;
  /** A client has chosen the class `call`: from now on it expects events. */
  subscribed(session: AmiSession): void;
}

export interface AmiServer {
  port: number;
  /** Sessions so far, ended ones included. */
  sessions: readonly AmiSession[];
  close(): Promise<void>;
}

export class AmiSession {
  /** The names of all actions received, in order. */
  readonly actions: string[] = [];
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Ends the connection once all is sent. */
  end(): void {
    this.#socket.end();
  }

  drop(): void {
    this.#socket.destroy();
  }
}

export async function startAmiServer(options: AmiServerOptions): Promise<AmiServer> {
  const sessions: AmiSession[] = [];
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    const session = new AmiSession(socket);
    sessions.push(session);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    serve(socket, session, options);
  };
  const server: Server =
    options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept);
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

function serve(socket: Socket, session: AmiSession, options: AmiServerOptions): void {
  const challenge = randomBytes(4).toString('hex');
  let pending = '';
  session.send('Asterisk Call Manager/11.0.0\r\n');
  socket.setEncoding('utf8').on('data', (text: string) => {
    pending += text;
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      const headers = parse(pending.slice(0, end));
      pending = pending.slice(end + 4);
      const action = headers.get('Action') ?? '';
      session.actions.push(action);
      const answer = options.answer?.(headers, session) ?? usualAnswer(headers, challenge, options);
      session.send(answer.replaceAll('{id}', headers.get('ActionID') ?? ''));
      if (action === 'Events') options.subscribed(session);
    }
  });
}

function parse(packet: string): AmiHeaders {
  return new Map(
    packet.split('\r\n').map((line) => {
      const [name = '', ...value] = line.split(': ');
      return [name, value.join(': ')];
    }),
  );
}

/** What Asterisk 22 answers while nobody is on the phone. */
function usualAnswer(headers: AmiHeaders, challenge: string, { username, secret }: AmiServerOptions): string {
  switch (headers.get('Action')) {
    case 'Challenge':
      return response('Success', `Challenge: ${challenge}`);
    case 'Login': {
      const key = createHash('md5')
        .update(challenge + secret)
        .digest('hex');
      const proven = headers.get('Key') === key || headers.get('Secret') === secret;
      return headers.get('Username') === username && proven
        ? response('Success', 'Message: Authentication accepted')
        : response('Error', 'Message: Authentication failed');
    }
    case 'Events':
      return response('Success', 'Events: On');
    case 'Ping':
      return response('Success', 'Ping: Pong');
    case 'Getvar':
      return response('Success', 'Variable: CALLERID(pres)', 'Value: allowed_not_screened');
    case 'CoreShowChannels':
      return listAnswer('Channels will follow', 'CoreShowChannelsComplete');
    case 'PJSIPShowContacts':
      return listAnswer(
        'A listing of Contacts follows, presented as ContactList events',
        'ContactListComplete',
      );
    default:
      return response('Error', 'Message: Invalid/unknown command');
  }
}

/** `{id}` becomes the action's own ActionID. */
export function response(kind: string, ...lines: string[]): string {
  return `${[`Response: ${kind}`, 'ActionID: {id}', ...lines].join('\r\n')}\r\n\r\n`;
}

/** @param items list events without their blank line; each must have `ActionID: {id}` as second header */
export function listAnswer(message: string, complete: string, items: readonly string[] = []): string {
  const end = [
    `Event: ${complete}`,
    'ActionID: {id}',
    'EventList: Complete',
    `ListItems: ${items.length}`,
  ].join('\r\n');
  return `${response('Success', 'EventList: start', `Message: ${message}`)}${items.map((item) => `${item}\r\n\r\n`).join('')}${end}\r\n\r\n`;
}
