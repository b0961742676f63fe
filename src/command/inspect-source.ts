/** How each kind of phone system that we connect to is looked at. A kind that is missing here does not compile. */
import type { ReadSourceSettings } from '../policy/directory.ts';
import { createAmiInspector } from '../source/ami/inspect.ts';
import { createDialogInfoInspector } from '../source/dialog-info/inspect.ts';
import { createEslInspector } from '../source/esl/inspect.ts';
import type { InspectOptions, Inspection } from '../source/inspection.ts';

export function inspectSource(source: ReadSourceSettings, options: InspectOptions): Promise<Inspection> {
  switch (source.kind) {
    case 'ami':
      return createAmiInspector()(source, options);
    case 'esl':
      return createEslInspector()(source, options);
    case 'dialog-info':
      return createDialogInfoInspector()(source, options);
  }
}
