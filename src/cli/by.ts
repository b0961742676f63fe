/** Who runs a command, for the audit: the system's user. */
import { userInfo } from 'node:os';
import type { By } from '../policy/audit.ts';

/** @param command `callhook apply` */
export function bySystemUser(command: string): By {
  const name = userName();
  return { actor: { kind: 'system', id: name, name }, client: command };
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
