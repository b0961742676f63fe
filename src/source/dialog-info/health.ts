/** The source's health, from that of its watches. Pure. No address is named: it may be a telephone number. */
import type { SourceState } from '../source.ts';
import type { WatchState } from './watch-care.ts';

/**
 * @param wanted how many addresses are to be watched
 * @param retryInMs when those that failed are tried again, at the latest
 */
export function summarise(states: readonly WatchState[], wanted: number, retryInMs: number): SourceState {
  if (wanted === 0) {
    return { status: 'connected', note: 'No device of the directory is on this source: nothing is watched.' };
  }
  const active = states.filter(({ status }) => status === 'active').length;
  const problems = states.flatMap((state) => (state.status === 'failed' ? [state.problem] : []));
  const [most] = [...Map.groupBy(problems, (problem) => problem)].toSorted(
    ([, some], [, others]) => others.length - some.length,
  );
  const failed =
    most === undefined ? undefined : `${problems.length} of ${wanted} addresses are not watched: ${most[0]}.`;
  if (active === 0) {
    return failed !== undefined && problems.length >= wanted
      ? { status: 'down', advice: sentence(failed), retryInMs }
      : { status: 'connecting' };
  }
  if (failed !== undefined) return { status: 'connected', note: sentence(failed) };
  return active < wanted
    ? { status: 'connected', note: `${active} of ${wanted} addresses are watched so far.` }
    : { status: 'connected' };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
