/** Work that is nobody's request: a room of the store's contract (store.ts). */
import type { Notice } from '../policy/endpoint-health.ts';

/** A notice to the operator on its way through one channel. */
export interface PendingNotice {
  id: number;
  channel: NoticeChannel;
  organisationId: string;
  endpointId: string;
  url: string;
  atMs: number;
  notice: Notice;
  attemptsMade: number;
}

export const NOTICE_CHANNELS = ['mail', 'webhook'] as const;
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number];

/** Work that is nobody's request: done in small steps, by one node at a time. All operator's. */
export interface UpkeepStore {
  /** Finishes pending messages whose time is over as `expired`, at most `limit`. @returns how many */
  expire(nowMs: number, limit: number): Promise<number>;
  /** Deletes messages and attempts that were finished before `beforeMs`, at most `limit`. @returns how many */
  forget(beforeMs: number, limit: number): Promise<number>;
  /** Forgets that legs of shared sources have ended, where that was before `beforeMs`, at most `limit`. @returns how many */
  forgetLegs(beforeMs: number, limit: number): Promise<number>;
  /** Forgets unknown devices last seen before `beforeMs`, and rows of the trail from before, at most `limit`. @returns how many rows */
  forgetTrail(beforeMs: number, limit: number): Promise<number>;
  /** Forgets figures of before `beforeMs`, at most `limit`. @returns how many */
  forgetStatistics(beforeMs: number, limit: number): Promise<number>;
  /** Ends feeds that nobody keeps, and forgets what is too old for anybody to ask for, at most `limit` rows. @returns how many */
  forgetFeed(nowMs: number, limit: number): Promise<number>;
  /** Forgets signing secrets that were replaced and whose time is over. @returns of how many endpoints */
  forgetSecrets(nowMs: number): Promise<number>;
  /** Moves the endpoints' health as time passes: announcements, and the end. @returns how many changed */
  watchHealth(nowMs: number): Promise<number>;
  /** Notices that are due, oldest first. */
  dueNotices(nowMs: number, limit: number): Promise<readonly PendingNotice[]>;
  /** @param dueAtMs when to try again; undefined: it is done with */
  settleNotice(id: number, dueAtMs: number | undefined): Promise<void>;
}
