/**
 * So many connections and no more, so that somebody who opens them and keeps silent takes neither memory nor files from the
 * others: when there are too many, those that ask for nothing are closed, the oldest first. One that is being answered
 * is never closed for that, which live streams rely on.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Each is some ten kilobytes, over TLS fifty. */
export const MOST_CONNECTIONS = 4_000;

interface Connection {
  socket: Socket;
  /** Requests that are read or answered. */
  requests: number;
}

/** @returns closes all of them, also those that never greeted: the server's own list does not know these */
export function boundConnections(server: Server, most = MOST_CONNECTIONS): () => void {
  // In the order in which they came.
  const connections = new Map<string, Connection>();
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    const connection: Connection = { socket, requests: 0 };
    connections.set(name, connection);
    socket.once('close', () => {
      if (connections.get(name) === connection) connections.delete(name);
    });
    if (connections.size > most) (silentOne(connections) ?? connection).socket.destroy();
  });
  server.on('request', ({ socket }, response) => {
    const connection = connections.get(nameOf(socket));
    if (connection === undefined) return;
    connection.requests += 1;
    response.once('close', () => (connection.requests -= 1));
  });
  return () => {
    for (const { socket } of connections.values()) socket.destroy();
  };
}

/** The same for a connection and for the TLS within it. */
function nameOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

function silentOne(connections: ReadonlyMap<string, Connection>): Connection | undefined {
  for (const connection of connections.values()) if (connection.requests === 0) return connection;
  return undefined;
}
