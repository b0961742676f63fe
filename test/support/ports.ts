/**
 * Ports for what must be named before it listens, or come back on the same one: below those that the kernel gives to
 * outgoing connections, so that none of these takes it meanwhile.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const FIRST = 15_000;
const COUNT = 15_000;

export async function freeTcpPort(): Promise<number> {
  return freePort(async (port) => {
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isFree) await new Promise((resolve) => probe.close(resolve));
    return isFree;
  });
}

export async function freeUdpPort(): Promise<number> {
  return freePort(async (port) => {
    const probe = createSocket('udp4');
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).bind(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise<void>((resolve) => probe.close(resolve));
    return isFree;
  });
}

/** Those given out, so that two things that have not begun to listen yet do not get the same one. */
const given = new Set<number>();

async function freePort(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}
