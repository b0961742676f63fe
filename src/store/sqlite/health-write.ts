/** Writes what attempts and time make of an endpoint's health, its counts, and the notices that follow. */
import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import {
  afterAttempt,
  HEALTHY,
  type EndpointHealth,
  type Gate,
  type HealthRules,
  type Notice,
} from '../../policy/endpoint-health.ts';
import { tallyOf } from '../log-statistics.ts';
import { lastAttemptText } from '../attempt-text.ts';
import { type Settlement } from '../store.ts';
import { NOTICE_CHANNELS } from '../upkeep.ts';
import type { Entry } from './endpoint-book.ts';
import type { FeedWriter } from './feed.ts';
import { prepareStatistics } from './statistics.ts';

/** Statements are prepared once, here. All run inside the caller's transaction. */
export function prepareHealthWrite(db: DatabaseSync, feed: FeedWriter) {
  const count = db.prepare(`
    INSERT INTO endpoint_state (organisation_id, endpoint_id, delivered, dead, last) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (organisation_id, endpoint_id) DO UPDATE
    SET delivered = delivered + excluded.delivered, dead = dead + excluded.dead, last = excluded.last`);
  const put = db.prepare(`
    INSERT INTO endpoint_state (organisation_id, endpoint_id, health) VALUES (?, ?, ?)
    ON CONFLICT (organisation_id, endpoint_id) DO UPDATE SET health = excluded.health`);
  const insertNotice = db.prepare(`
    INSERT INTO notice (channel, organisation_id, endpoint_id, url, at_ms, notice, due_at_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5)`);

  const addStatistics = prepareStatistics(db);

  const write = (
    { organisationId, endpoint, gate }: Entry,
    health: EndpointHealth,
    notices: readonly Notice[],
    nowMs: number,
  ): void => {
    const text = health.kind === 'healthy' ? null : JSON.stringify(health);
    put.run(organisationId, endpoint.id, text);
    if (gate.health.kind !== health.kind && feed.watched().has(organisationId)) {
      feed.file([{ kind: 'health', organisationId, atMs: nowMs, endpointId: endpoint.id, health }]);
    }
    for (const notice of notices) {
      for (const channel of NOTICE_CHANNELS) {
        insertNotice.run(channel, organisationId, endpoint.id, endpoint.url, nowMs, JSON.stringify(notice));
      }
    }
  };

  return {
    write,

    /** Counts the outcomes of one endpoint and moves its health. @returns the gate as it is then */
    settled(entry: Entry, settlements: readonly Settlement[], nowMs: number, rules: HealthRules): Gate {
      const { organisationId, endpoint, gate } = entry;
      const ends = (kind: string) => settlements.filter(({ next }) => next.kind === kind).length;
      const last = lastAttemptText(settlements.at(-1)?.attempt);
      count.run(organisationId, endpoint.id, ends('delivered'), ends('dead'), last);
      addStatistics(organisationId, endpoint.id, tallyOf(settlements), nowMs);
      let health = gate.health;
      const notices: Notice[] = [];
      for (const { signal } of settlements) {
        const step = afterAttempt(health, signal, nowMs, rules);
        health = step.health;
        if (step.notice !== undefined) notices.push(step.notice);
      }
      if (!isDeepStrictEqual(health, gate.health)) write(entry, health, notices, nowMs);
      return { health, tatMs: gate.tatMs };
    },
  };
}

export function healthOf(text: string | null): EndpointHealth {
  return text === null ? HEALTHY : (JSON.parse(text) as EndpointHealth);
}
