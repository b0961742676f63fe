/** A TCP proxy before a PostgreSQL that can lose an answer: the server has committed, nobody is told. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttingProxy {
  /** The database by way of the proxy. */
  url: string;
  /** The next COMMIT reaches the server; its connection is cut before the answer comes back. Resolves when it is. */
  loseNextCommit(): Promise<void>;
  close(): Promise<void>;
}

/** What PostgreSQL says when a transaction is committed. */
const COMMITTED = Buffer.from('COMMIT\0');

/** @param url of the database behind it */
export async function startCuttingProxy(url: string): Promise<CuttingProxy> {
  const behind = new URL(url);
  const sockets = new Set<Socket>();
  let cut: (() => void) | undefined;
  const server = createServer((client) => {
    const there = connect(Number(behind.port), behind.hostname);
    for (const socket of [client, there]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        there.destroy();
      });
    }
    client.on('data', (data) => there.write(data));
    there.on('data', (data: Buffer) => {
      if (cut !== undefined && data.includes(COMMITTED)) {
        client.destroy();
        cut();
        cut = undefined;
        return;
      }
      client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = new URL(url);
  here.port = String((server.address() as AddressInfo).port);
  return {
    url: here.href,
    loseNextCommit: () => new Promise((resolve) => (cut = resolve)),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
