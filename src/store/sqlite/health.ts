/** How sources and endpoints are doing, for people who look. */
import type { DatabaseSync } from 'node:sqlite';
import { disabled, enabled } from '../../policy/endpoint-health.ts';
import type { HealthStore } from '../health.ts';
import { sqlSourceStates } from '../sql-source-states.ts';
import { prepareAudit } from './audit.ts';
import { inTransaction } from './database.ts';
import type { EndpointBook } from './endpoint-book.ts';
import type { FeedWriter } from './feed.ts';
import { prepareHealthWrite } from './health-write.ts';
import { overviewAside } from './overview-aside.ts';
import { prepareOverview } from './overview.ts';
import type { OtherProcesses } from './other-processes.ts';
import { createPort } from './port.ts';

/** With so much pending an overview takes longer than a delivery should wait for. */
const MUCH_PENDING = 20_000;

export function createHealthStore(
  db: DatabaseSync,
  book: EndpointBook,
  others: OtherProcesses,
  feed: FeedWriter,
): HealthStore {
  const health = prepareHealthWrite(db, feed);
  const audit = prepareAudit(db);
  const countPending = db.prepare(`
    SELECT count(*) AS count FROM (SELECT 1 FROM message WHERE outcome = 'pending' LIMIT ${MUCH_PENDING})`);
  const sources = sqlSourceStates(createPort(db));
  const overview = prepareOverview(db);
  const path = db.location();
  /** The file, where counting is better done beside it. */
  const fileIfMuchWaits = () => {
    const { count } = countPending.get() as { count: number };
    return count < MUCH_PENDING || path === null ? undefined : path;
  };

  return {
    ...sources,

    async summary(most) {
      const file = fileIfMuchWaits();
      const summary =
        file === undefined ? overview.summary(most) : await overviewAside(file, 'summary', most);
      return { ...summary, sources: await sources.sources() };
    },

    async overview() {
      const file = fileIfMuchWaits();
      const endpoints = file === undefined ? overview.all() : await overviewAside(file, 'all');
      return { sources: await sources.sources(), endpoints };
    },

    async endpoints(organisationId) {
      const file = fileIfMuchWaits();
      if (file === undefined) return overview.endpointsOf(organisationId);
      return overviewAside(file, 'endpointsOf', organisationId);
    },

    async enable(organisationId, endpointId, on, nowMs, note) {
      others.notice();
      const entry = book.get(organisationId, endpointId);
      if (entry === undefined) return false;
      const after = (on ? enabled : disabled)(entry.gate.health, nowMs);
      if (after === entry.gate.health) return true;
      inTransaction(db, () => {
        health.write(entry, after, [], nowMs);
        audit(note);
      });
      entry.gate = { ...entry.gate, health: after };
      book.changed(entry);
      return true;
    },
  };
}
