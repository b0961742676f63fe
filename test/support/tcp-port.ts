/** A port of TCP that nothing uses at the moment, for what must come back on the same one. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export async function freeTcpPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
