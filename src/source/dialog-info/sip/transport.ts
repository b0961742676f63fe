/**
 * What SIP messages are carried by (RFC 3261 section 18): UDP, or one connection of TCP or TLS that requests of the PBX come back
 * on. Everything is sent to the configured address.
 */
import { lookup } from 'node:dns/promises';
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6, type Socket } from 'node:net';
import type { DialogInfoSettings } from '../../../policy/directory.ts';
import { systemCodeOf } from '../../../runtime/errors.ts';
import { dial } from '../../dial.ts';
import { cannotListen, unreachable } from '../problem.ts';
import { readParameters } from './fields.ts';
import { encode, parseDatagram, type SipMessage, type SipRequest, type SipResponse } from './message.ts';
import { SipStream } from './stream.ts';

export interface SipTransport {
  readonly protocol: 'UDP' | 'TCP' | 'TLS';
  /** `host:port` where we are, as it is written into Via and Contact. */
  readonly here: string;
  /** To the PBX. */
  request(message: SipRequest): void;
  /** @param from what came with the request */
  respond(message: SipResponse, request: SipRequest, from: Peer): void;
  /** Resolves when the connection ends by itself; UDP never does. */
  readonly ended: Promise<void>;
  /** May be called twice. */
  close(): Promise<void>;
}

export interface Peer {
  address: string;
  port: number;
}

export interface TransportTimes {
  connectMs: number;
  /** A connection is kept open through NATs by an empty line after this long (RFC 5626 section 3.5.1). */
  keepAliveMs: number;
}

/** Takes each message that comes. */
export type Taker = (message: SipMessage, from: Peer) => void;

/** @throws CallhookError `SOURCE_UNREACHABLE`, `LISTEN_FAILED` */
export function openTransport(
  settings: DialogInfoSettings,
  times: TransportTimes,
  take: Taker,
  signal: AbortSignal,
): Promise<SipTransport> {
  return settings.transport === 'udp'
    ? openUdp(settings, take)
    : openConnection(settings, settings.transport === 'tls', times, take, signal);
}

async function openUdp(settings: DialogInfoSettings, take: Taker): Promise<SipTransport> {
  const { host, port, listenHost, listenPort = 0 } = settings;
  // A PBX that has both mostly listens on IPv4 alone, `localhost` above all; with UDP nobody would tell.
  const pbx = await lookup(host, { order: 'ipv4first' }).catch((cause: unknown) => {
    throw unreachable(settings, systemCodeOf(cause) ?? 'unknown', cause);
  });
  const type = pbx.family === 6 ? 'udp6' : 'udp4';
  const mine = listenHost ?? (await addressTowards(type, pbx.address, port));
  const socket = createSocket(type);
  try {
    socket.bind(listenPort, mine);
    await once(socket, 'listening');
  } catch (cause) {
    socket.close();
    throw cannotListen(mine, listenPort, systemCodeOf(cause) ?? 'unknown', cause);
  }
  // A PBX that is away shows by its silence.
  socket.on('error', () => {});
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    const message = parseDatagram(bytes);
    if (message !== undefined) take(message, from);
  });
  const ended = Promise.withResolvers<void>();
  let isOpen = true;
  const send = (message: SipMessage, to: Peer) => {
    if (isOpen) socket.send(encode(message), to.port, to.address, () => {});
  };
  return {
    protocol: 'UDP',
    here: hostPort(socket.address()),
    request: (message) => send(message, { address: pbx.address, port }),
    respond: (message, request, from) => send(message, replyTo(request, from)),
    ended: ended.promise,
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await new Promise<void>((resolve) => socket.close(resolve));
      ended.resolve();
    },
  };
}

/** The address of this machine on the way to the PBX; nothing is sent. */
async function addressTowards(type: 'udp4' | 'udp6', address: string, port: number): Promise<string> {
  const probe: UdpSocket = createSocket(type);
  try {
    probe.connect(port, address);
    await once(probe, 'connect');
    return probe.address().address;
  } finally {
    probe.close();
  }
}

/** RFC 3581 section 4: back to where it came from; without `rport`, to the port that the Via names. */
function replyTo({ headers }: SipRequest, from: Peer): Peer {
  const { value, parameters } = readParameters(headers.all('via')[0] ?? '');
  if (parameters.has('rport')) return from;
  const port = Number(/:(\d{1,5})$/.exec(value)?.[1] ?? 5060);
  return { address: from.address, port: port > 0 && port < 65_536 ? port : from.port };
}

async function openConnection(
  settings: DialogInfoSettings,
  tls: boolean,
  times: TransportTimes,
  take: Taker,
  signal: AbortSignal,
): Promise<SipTransport> {
  const socket = dial({ ...settings, tls }, (code, cause) => unreachable(settings, code, cause));
  const timeout = AbortSignal.timeout(times.connectMs);
  try {
    await once(socket, tls ? 'secureConnect' : 'connect', { signal: AbortSignal.any([signal, timeout]) });
  } catch (cause) {
    socket.destroy();
    throw unreachable(settings, timeout.aborted ? 'ETIMEDOUT' : (systemCodeOf(cause) ?? 'unknown'), cause);
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, times.keepAliveMs);
  follow(socket, take);
  const breathe = setInterval(() => socket.write('\r\n\r\n'), times.keepAliveMs);
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      clearInterval(breathe);
      resolve();
    });
  });
  const write = (message: SipMessage) => void socket.write(encode(message));
  return {
    protocol: tls ? 'TLS' : 'TCP',
    here: hostPort({ address: socket.localAddress ?? '', port: socket.localPort ?? 0 }),
    request: write,
    respond: write,
    ended,
    async close() {
      socket.destroy();
      await ended;
    },
  };
}

function follow(socket: Socket, take: Taker): void {
  const stream = new SipStream();
  const peer = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
  // Its end is told by `close`; without a listener it would end the process.
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    for (const message of stream.push(chunk)) take(message, peer);
    if (stream.isBroken) socket.destroy();
  });
}

function hostPort({ address, port }: Peer): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
