/** How an organisation is: is something missing, is something wrong? Pure. */
import type { Tone } from '../../ui/tone.ts';

export interface Situation {
  hasUsers: boolean;
  endpoints: readonly { health: { state: Health } }[];
  hasCalls: boolean;
  /** Messages of the last day that were given up. */
  failed: number;
}

export type Health = 'healthy' | 'failing' | 'paused' | 'probing' | 'recovering' | 'disabled';
export type Step = 'users' | 'endpoint' | 'call';

export interface WellBeing {
  kind: 'setUp' | 'silent' | 'unwell' | 'failed' | 'catchingUp' | 'off' | 'well';
  tone: Tone;
  /** What to do next. */
  steps: readonly Step[];
}

export function wellBeingOf({ hasUsers, endpoints, hasCalls, failed }: Situation): WellBeing {
  const steps: Step[] = [
    ...(hasUsers ? [] : (['users'] as const)),
    ...(endpoints.length > 0 ? [] : (['endpoint'] as const)),
    ...(hasCalls ? [] : (['call'] as const)),
  ];
  const is = (...states: Health[]) => endpoints.some(({ health }) => states.includes(health.state));
  const said = (kind: WellBeing['kind'], tone: Tone): WellBeing => ({ kind, tone, steps });
  if (!hasUsers || endpoints.length === 0) return said('setUp', 'quiet');
  if (is('paused', 'probing', 'failing')) return said('unwell', 'bad');
  if (endpoints.every(({ health }) => health.state === 'disabled')) return said('off', 'busy');
  if (is('recovering')) return said('catchingUp', 'busy');
  if (failed > 0) return said('failed', 'busy');
  return hasCalls ? said('well', 'good') : said('silent', 'quiet');
}
