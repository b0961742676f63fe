/** A look at a source from the command line: whoever waits may end it. */
import { inspectSource } from '../../command/inspect-source.ts';
import type { InspectOptions, Inspection } from '../../source/inspection.ts';
import { untilStopped } from '../serve.ts';
import { inspectHttp } from './inspect-http.ts';
import type { Subject } from './subject.ts';

/** What shells say of a command that was interrupted. */
const STOPPED = 130;

/** SIGINT and SIGTERM end it, and the process with it. */
export async function inspectUntilStopped(
  subject: Subject,
  options: Omit<InspectOptions, 'signal' | 'addresses'>,
): Promise<Inspection> {
  const signal = untilStopped();
  try {
    return await inspect(subject, { ...options, addresses: addressesOf(subject), signal });
  } catch (error) {
    if (signal.aborted) process.exit(STOPPED);
    throw error;
  }
}

function inspect(subject: Subject, options: InspectOptions): Promise<Inspection> {
  const { source } = subject;
  return source.kind === 'http' ? inspectHttp(source, subject) : inspectSource(source, options);
}

function addressesOf({ source, directory: { organisations } }: Subject): ReadonlySet<string> {
  const devices = organisations.flatMap(({ users }) => users.flatMap((user) => user.devices));
  return new Set(devices.flatMap((device) => (device.source === source.id ? [device.address] : [])));
}
