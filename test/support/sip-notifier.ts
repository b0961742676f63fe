/**
 * A SIP PBX that takes subscriptions to dialog events and notifies what the test says, over real sockets of UDP, TCP or
 * TLS. It knows no calls of its own.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { readCSeq, readNameAddr, tagOf } from '../../src/source/dialog-info/sip/fields.ts';
import {
  encode,
  Headers,
  parseDatagram,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../../src/source/dialog-info/sip/message.ts';
import { SipStream } from '../../src/source/dialog-info/sip/stream.ts';

export interface NotifierOptions {
  transport?: 'udp' | 'tcp' | 'tls';
  key?: string;
  cert?: string;
  port?: number;
  /** How a SUBSCRIBE is answered other than by 200; `silence`: not at all; undefined: as usual. */
  answer?(request: SipRequest, notifier: SipNotifier): Reply | 'silence' | undefined;
  /** The document of each first NOTIFY, and of each after a refresh. Undefined: none, and the test notifies by itself. */
  document?(address: string): string | undefined;
  /** The first NOTIFY leaves before the answer to the SUBSCRIBE. */
  notifiesFirst?: boolean;
  /** Takes SUBSCRIBEs, but the answers are lost. */
  losesAnswers?: boolean;
  /** What it calls itself. */
  name?: string;
}

export interface Reply {
  status: number;
  fields?: readonly (readonly [string, string])[];
}

/** One subscription as the PBX holds it. */
export interface Held {
  address: string;
  subscribe: SipRequest;
  tag: string;
  cseq: number;
  send(message: SipMessage): void;
}

export interface SipNotifier {
  readonly port: number;
  /** All SUBSCRIBEs that came, repetitions included. */
  readonly subscribes: SipRequest[];
  /** What our NOTIFYs were answered with. */
  readonly answers: SipResponse[];
  readonly held: Map<string, Held>;
  /** The latest subscription to an address. */
  of(address: string): Held;
  /** @returns the request that was sent */
  notify(held: Held, more?: NotifyOptions): SipRequest;
  /** Resolves when `true`; looked at whenever something came. */
  until(condition: (notifier: SipNotifier) => boolean): Promise<void>;
  /** Forgets all subscriptions, as a restart does. */
  forgetAll(): void;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

export interface NotifyOptions {
  document?: string | Uint8Array | undefined;
  state?: string;
  fields?: readonly (readonly [string, string])[];
  /** Another one than the next. */
  cseq?: number;
  /** Another tag of the notifier: a fork. */
  tag?: string;
  type?: string;
  /** Instead of the usual one. */
  event?: string;
}

export async function startSipNotifier(options: NotifierOptions = {}): Promise<SipNotifier> {
  const { transport = 'udp', name = 'test PBX' } = options;
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();
  let tags = 0;
  let branches = 0;

  const take = (message: SipMessage, send: (answer: SipMessage) => void) => {
    if (message.kind === 'response') notifier.answers.push(message);
    else if (message.method === 'SUBSCRIBE') takeSubscribe(message, send);
    for (const wake of waiting) wake();
  };

  const takeSubscribe = (request: SipRequest, send: (answer: SipMessage) => void) => {
    notifier.subscribes.push(request);
    const reply = options.answer?.(request, notifier);
    if (reply === 'silence') return;
    const within = tagOf(request.headers.get('to'));
    const callId = request.headers.get('call-id') ?? '';
    const known = notifier.held.get(callId);
    // One that is sent again is the same one.
    if (within === undefined && known !== undefined) return;
    const status = reply?.status ?? (within !== undefined && known === undefined ? 481 : 200);
    tags += 1;
    const held: Held = known ?? {
      address: readNameAddr(request.headers.get('to') ?? '').uri,
      subscribe: request,
      tag: `tag${tags}`,
      cseq: 0,
      send,
    };
    const expires = request.headers.get('expires') ?? '300';
    const respond = () =>
      options.losesAnswers !== true &&
      send(
        responseTo(request, status, held.tag, [
          ['Server', name],
          ...(reply?.fields ?? []),
          ['Expires', expires],
        ]),
      );
    if (options.notifiesFirst !== true) respond();
    if (status >= 300) return;
    notifier.held.set(callId, held);
    held.send = send;
    const isOver = expires === '0';
    const document = options.document?.(held.address);
    if (options.document !== undefined)
      notifier.notify(held, {
        document,
        state: isOver ? 'terminated;reason=timeout' : `active;expires=${expires}`,
      });
    if (options.notifiesFirst === true) respond();
    if (isOver) notifier.held.delete(callId);
  };

  const listening = await listen(transport, options, sockets, take);
  const notifier: SipNotifier = {
    port: listening.port,
    subscribes: [],
    answers: [],
    held: new Map(),
    of(address) {
      const held = [...notifier.held.values()].findLast((one) => one.address === address);
      if (held === undefined) throw new Error(`nobody has subscribed to ${address}`);
      return held;
    },
    notify(held, more = {}) {
      const { headers } = held.subscribe;
      held.cseq = more.cseq ?? held.cseq + 1;
      branches += 1;
      const body =
        typeof more.document === 'string' ? Buffer.from(more.document) : (more.document ?? Buffer.alloc(0));
      const protocol = transport.toUpperCase();
      const request: SipRequest = {
        kind: 'request',
        method: 'NOTIFY',
        uri: readNameAddr(headers.get('contact') ?? '').uri,
        headers: new Headers([
          ['Via', `SIP/2.0/${protocol} 127.0.0.1:${listening.port};branch=z9hG4bKtest${branches};rport`],
          ['From', `<${held.address}>;tag=${more.tag ?? held.tag}`],
          ['To', headers.get('from') ?? ''],
          ['Call-ID', headers.get('call-id') ?? ''],
          ['CSeq', `${held.cseq} NOTIFY`],
          ['Contact', `<sip:127.0.0.1:${listening.port}>`],
          ['User-Agent', name],
          ['Event', more.event ?? 'dialog'],
          ['Subscription-State', more.state ?? 'active;expires=300'],
          ...(body.length === 0
            ? []
            : [['Content-Type', more.type ?? 'application/dialog-info+xml'] as const]),
          ...(more.fields ?? []),
        ]),
        body,
      };
      held.send(request);
      return request;
    },
    until: (condition) =>
      new Promise((resolve) => {
        const wake = () => {
          if (!condition(notifier)) return;
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        wake();
      }),
    forgetAll: () => notifier.held.clear(),
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      notifier.cut();
      await listening.close();
    },
  };
  return notifier;
}

function responseTo(
  { headers }: SipRequest,
  status: number,
  tag: string,
  fields: readonly (readonly [string, string])[],
): SipResponse {
  const to = headers.get('to') ?? '';
  return {
    kind: 'response',
    status,
    reason: 'As Told',
    headers: new Headers([
      ...headers.raw('via').map((via) => ['Via', via] as const),
      ['From', headers.get('from') ?? ''],
      ['To', tagOf(to) === undefined ? `${to};tag=${tag}` : to],
      ['Call-ID', headers.get('call-id') ?? ''],
      ['CSeq', headers.get('cseq') ?? ''],
      ...fields,
    ]),
    body: new Uint8Array(),
  };
}

/** The number of a request. */
export function cseqOf({ headers }: SipRequest): number {
  return readCSeq(headers.get('cseq'))?.number ?? -1;
}

interface Listening {
  port: number;
  close(): Promise<void>;
}

async function listen(
  transport: 'udp' | 'tcp' | 'tls',
  { key, cert, port = 0 }: NotifierOptions,
  sockets: Set<Socket>,
  take: (message: SipMessage, send: (answer: SipMessage) => void) => void,
): Promise<Listening> {
  if (transport === 'udp') {
    const socket = createSocket('udp4');
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      const message = parseDatagram(bytes);
      if (message !== undefined)
        take(message, (answer) => socket.send(encode(answer), from.port, from.address, () => {}));
    });
    await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
    return {
      port: socket.address().port,
      close: () => new Promise((resolve) => socket.close(() => resolve())),
    };
  }
  const serve = (socket: Socket) => {
    sockets.add(socket);
    const stream = new SipStream();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const message of stream.push(chunk)) take(message, (answer) => void socket.write(encode(answer)));
    });
  };
  const server =
    transport === 'tls'
      ? createTlsServer({ key: key ?? '', cert: cert ?? '' }, serve)
      : createTcpServer(serve);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
