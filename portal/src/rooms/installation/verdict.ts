/** How the installation is, in one word: the worst of what can be said. Pure. */
import type { Schemas } from '../../api/client.ts';
import type { Tone } from '../../ui/tone.ts';

type Kind = 'database' | 'unheard' | 'new' | 'receivers' | 'well';

const TONES: Record<Kind, Tone> = {
  database: 'bad',
  unheard: 'bad',
  new: 'quiet',
  receivers: 'busy',
  well: 'good',
};

/** States of endpoints that do not take messages though they should. */
const UNWELL = ['failing', 'paused', 'probing'];

/** @returns with it how many phone systems or connectors are meant */
export function verdictOf({ database, sources, endpoints }: Schemas['Overview']) {
  const down = sources.filter(({ status }) => status === 'down').length;
  const unwell = UNWELL.reduce((sum, state) => sum + (endpoints.by_state[state] ?? 0), 0);
  const verdict = (kind: Kind, count = 0) => ({ kind, tone: TONES[kind], count });
  if (database.problem !== undefined) return verdict('database');
  if (down > 0) return verdict('unheard', down);
  if (sources.length === 0) return verdict('new');
  if (unwell > 0) return verdict('receivers', unwell);
  return verdict('well');
}
