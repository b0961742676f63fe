/** Delivery to an endpoint on and off. Its messages are kept. */
import type { Store } from '../store/store.ts';
import { noteOf, type Command } from './command.ts';

/** @returns false if there is no such endpoint */
export function enableEndpoint(
  { health }: Pick<Store, 'health'>,
  command: Command,
  on: boolean,
): Promise<boolean> {
  const { organisationId, endpointId, nowMs } = command;
  const note = noteOf(command, { action: 'changed', before: { enabled: !on }, after: { enabled: on } });
  return health.enable(organisationId, endpointId, on, nowMs, note);
}
