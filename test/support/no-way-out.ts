/** What the API has for sending where nothing is to be sent: nothing is dialled, nobody is woken. */
import type { ApiContext } from '../../src/api/context.ts';

export const NO_WAY_OUT: Pick<ApiContext, 'attempter' | 'wake'> = {
  attempter: {
    attempt: async () => ({
      outcome: { ok: false, code: 'dns_failed', detail: 'There is no way out.' },
      startedAtMs: 0,
      durationMs: 0,
      details: {},
    }),
  },
  wake: () => {},
};
