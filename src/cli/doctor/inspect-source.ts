/** How each kind of source is looked at. A kind that is missing here does not compile. */
import type { SourceSettings } from '../../policy/directory.ts';
import { createAmiInspector } from '../../source/ami/inspect.ts';
import type { InspectOptions, Inspection } from '../../source/inspection.ts';
import { untilStopped } from '../serve.ts';

/** What shells say of a command that was interrupted. */
const STOPPED = 130;

/** SIGINT and SIGTERM end it, and the process with it. */
export async function inspectUntilStopped(
  settings: SourceSettings,
  options: Omit<InspectOptions, 'signal'>,
): Promise<Inspection> {
  const signal = untilStopped();
  try {
    return await inspectSource(settings, { ...options, signal });
  } catch (error) {
    if (signal.aborted) process.exit(STOPPED);
    throw error;
  }
}

function inspectSource(settings: SourceSettings, options: InspectOptions): Promise<Inspection> {
  switch (settings.kind) {
    case 'ami':
      return createAmiInspector()(settings, options);
    case 'esl':
    case 'http':
      return Promise.resolve({
        system: settings.kind,
        checks: [
          {
            about: 'kind',
            is: 'improvable',
            says: `doctor cannot look at sources of kind ${settings.kind} yet`,
          },
        ],
        wouldList: () => false,
        functionNumbers: [],
      });
  }
}
