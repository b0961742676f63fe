/** How each kind of source is looked at. A kind that is missing here does not compile. */
import { createAmiInspector } from '../../source/ami/inspect.ts';
import { createDialogInfoInspector } from '../../source/dialog-info/inspect.ts';
import { createEslInspector } from '../../source/esl/inspect.ts';
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
    return await inspectSource(subject, { ...options, addresses: addressesOf(subject), signal });
  } catch (error) {
    if (signal.aborted) process.exit(STOPPED);
    throw error;
  }
}

function inspectSource(subject: Subject, options: InspectOptions): Promise<Inspection> {
  const { source } = subject;
  switch (source.kind) {
    case 'ami':
      return createAmiInspector()(source, options);
    case 'esl':
      return createEslInspector()(source, options);
    case 'dialog-info':
      return createDialogInfoInspector()(source, options);
    case 'http':
      return inspectHttp(source, subject);
  }
}

function addressesOf({ source, directory: { organisations } }: Subject): ReadonlySet<string> {
  const devices = organisations.flatMap(({ users }) => users.flatMap((user) => user.devices));
  return new Set(devices.flatMap((device) => (device.source === source.id ? [device.address] : [])));
}
