/** Sending again. Each request names the time it is asked for, so that one without an answer can be repeated as it was. */
import { api, type Schemas } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';

type Order = Schemas['ReplayBody'];

const TRIES = 5;
const PAUSE_MS = 1_000;

/** @returns how many are on their way again: 0 or 1 */
export async function replayOne(organisation: string, endpoint: string, message: string): Promise<number> {
  const { replayed } = await post(organisation, { endpoint, message, asked_at: new Date().toISOString() });
  return replayed;
}

/** Everything that failed since then, part by part. @param progress hears how many are on their way so far */
export async function replayFailed(
  organisation: string,
  { endpoint, since }: { endpoint: string; since: string },
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<number> {
  let order: Order | undefined = { endpoint, failed_since: since, asked_at: new Date().toISOString() };
  let done = 0;
  while (order !== undefined && !signal.aborted) {
    const { replayed, next }: Schemas['Replayed'] = await post(organisation, order);
    done += replayed;
    progress(done);
    order = next;
  }
  return done;
}

async function post(organisation: string, body: Order, tries = TRIES): Promise<Schemas['Replayed']> {
  try {
    const path = { organisation };
    const { data } = await api.POST('/api/v1/organisations/{organisation}/replays', {
      params: { path },
      body,
    });
    return data!;
  } catch (error) {
    const isPassing = error instanceof ApiProblem && [0, 429, 503].includes(error.status);
    if (!isPassing || tries === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return post(organisation, body, tries - 1);
  }
}
