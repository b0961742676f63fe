/** Which process is at the other end of a connection on this machine (Linux: proc(5), /proc/net/tcp). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';

/** @returns one of `pids`; undefined if it is none of them, or has ended meanwhile */
export function senderOf(socket: Socket, pids: readonly number[]): number | undefined {
  const inode = inodeOf(socket.remotePort ?? 0, socket.localPort ?? 0);
  return inode === undefined ? undefined : pids.find((pid) => hasOpen(pid, `socket:[${inode}]`));
}

/** The connection as the other end sees it: its own port first. */
function inodeOf(ownPort: number, otherPort: number): string | undefined {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, own, other, , , , , , , inode] = line.trim().split(/\s+/);
    if (own?.endsWith(`:${hex(ownPort)}`) && other?.endsWith(`:${hex(otherPort)}`)) return inode;
  }
  return undefined;
}

function hasOpen(pid: number, what: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`) === what);
  } catch {
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
