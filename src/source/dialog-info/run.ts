/**
 * The source of SIP dialog events: a subscription to each address of the directory (RFC 4235 over RFC 6665), for as long as
 * the connection lives; when it breaks, begin again.
 *
 * There is no list of live calls to ask for: the first document of each subscription is the user's whole state, so a resync
 * is made user by user. A user whose subscription is lost keeps the open legs until the state is known again, or until
 * it has been unknown for too long.
 */
import type { DialogInfoSettings } from '../../policy/directory.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { keepConnected, RECONNECT_TIMES, type ReconnectTimes } from '../reconnecting.ts';
import type { Source } from '../source.ts';
import { LegKeeper } from './leg-keeper.ts';
import { Session, type SessionTimes } from './session.ts';
import { DEFAULT_TIMES } from './sip/transactions.ts';
import { DEFAULT_WATCH_TIMES } from './watch-care.ts';

export interface DialogInfoSourceOptions {
  settings: DialogInfoSettings;
  clock: Clock;
  log: Logger;
  random: () => number;
  /** A user of whom nothing is known for so long has no calls any more. */
  endCallsAfterLostMs: number;
  times?: Partial<DialogInfoTimes>;
}

export type DialogInfoTimes = SessionTimes & ReconnectTimes;

const TIMES: DialogInfoTimes = {
  ...DEFAULT_TIMES,
  ...DEFAULT_WATCH_TIMES,
  ...RECONNECT_TIMES,
  connectMs: 10_000,
  keepAliveMs: 25_000,
  tickMs: 5_000,
  reportMs: 250,
  refreshAllApartMs: 60_000,
  atOnce: 32,
  perSecond: 200,
};

export function createDialogInfoSource(options: DialogInfoSourceOptions): Source {
  const { settings, clock, log, random, endCallsAfterLostMs } = options;
  const times = { ...TIMES, ...options.times };
  let addresses: ReadonlySet<string> = new Set();
  let session: Session | undefined;

  return {
    watch(wanted) {
      addresses = wanted;
      session?.watch(wanted);
    },
    run(sink, signal) {
      // Remembers over connections which dialogs are up, and which are over.
      const keeper = new LegKeeper({ sink, clock, endCallsAfterLostMs });
      const follow = async (connected: () => void) => {
        session = new Session({ settings, clock, log, random, times, keeper, sink, connected });
        try {
          await session.follow(addresses, signal);
        } finally {
          session = undefined;
        }
      };
      const closed = 'The PBX closed the connection.';
      return keepConnected({ follow, closed, times, clock, random, log, sink }, signal);
    },
  };
}
