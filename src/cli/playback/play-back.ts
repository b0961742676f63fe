/**
 * Runs recordings through the very same pipeline as `serve`: decoder, mapper, ingest, store; only the database is in
 * memory and nothing is sent. The ids are made with a fixed key, so that two runs print the same.
 */
import { DEFAULTS, healthRulesOf } from '../../config/connector-config.ts';
import { Ingest } from '../../ingest/ingest.ts';
import { planChanges } from '../../policy/directory-changes.ts';
import type { Directory } from '../../policy/directory.ts';
import type { LegState } from '../../call/leg-event.ts';
import { DEFAULT_STATES } from '../../policy/organisation.ts';
import { systemClock } from '../../runtime/clock.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { deriveKeys, INSTALLATION_KEY_BYTES } from '../../runtime/keys.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openStore } from '../../store/open-store.ts';
import type { CommittedMessage } from '../../store/store.ts';
import { Explanation } from './explanation.ts';
import { PLAYERS } from './players.ts';

export interface PlayBackOptions {
  directory: Directory;
  sourceId: string;
  /** One per connection, in order. */
  recordings: readonly string[];
  /** Instead of what the endpoints ask for. */
  states?: readonly LegState[];
  /** One message, in commit order. */
  message(message: CommittedMessage): void;
  /** A remark for the operator, on standard error. */
  remark(line: string): void;
}

/** @returns why each channel was or was not reported */
export async function playBack(options: PlayBackOptions): Promise<Explanation> {
  const { sourceId, recordings, remark } = options;
  const source = options.directory.sources.find(({ id }) => id === sourceId);
  if (source === undefined) {
    const known = options.directory.sources.map(({ id }) => id).join(', ') || 'none';
    throw new CallhookError(
      'SOURCE_UNKNOWN',
      `There is no source \`${sourceId}\` in the file; its sources are: ${known}.`,
    );
  }
  const keys = deriveKeys(new Uint8Array(INSTALLATION_KEY_BYTES));
  const store = await openStore(':memory:', keys.secrets, healthRulesOf(DEFAULTS));
  const explanation = new Explanation();
  try {
    const wanted = withListeners(options.directory, options.states, remark);
    const { changes } = planChanges({ sources: [], organisations: [] }, wanted, { prune: false });
    await store.directory.write(changes);
    const ingest = new Ingest({
      store,
      ids: keys.ids,
      clock: systemClock,
      log: createLogger('silent'),
      committed: (messages) => messages.forEach(options.message),
      decided: (event, verdict) => explanation.decided(event, verdict),
    });
    const sink = await ingest.open(source, undefined, {
      state: () => {},
      ignored: (channel, why) => explanation.ignored(channel, why),
    });
    await PLAYERS[source.kind](sink, recordings, remark);
    await ingest.close();
  } finally {
    await store.close();
  }
  return explanation;
}

/** Endpoints with the states asked for; an organisation without endpoint is shown what one would get. */
function withListeners(
  directory: Directory,
  states: readonly LegState[] | undefined,
  remark: (line: string) => void,
): Directory {
  const organisations = directory.organisations.map((organisation) => {
    if (organisation.endpoints.length === 0) {
      remark(`${organisation.id} has no endpoint; this is what one with the usual states would get`);
      const endpoint = {
        id: 'playback',
        url: 'https://playback.invalid/',
        secret: '',
        states: states ?? DEFAULT_STATES,
        delivery: {},
      };
      return { ...organisation, endpoints: [endpoint] };
    }
    if (states === undefined) return organisation;
    return {
      ...organisation,
      endpoints: organisation.endpoints.map((endpoint) => ({ ...endpoint, states })),
    };
  });
  return { ...directory, organisations };
}
