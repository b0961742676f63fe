/**
 * Notices that another process has changed the file (`apply`, `replay`, `enable` on the command line), so that what is
 * remembered of it is read again. `PRAGMA data_version` tells, for a microsecond.
 */
import type { DatabaseSync } from 'node:sqlite';

const LOOK_EVERY_MS = 500;

export interface OtherProcesses {
  /** Looks now. */
  notice(): void;
  /** Looks by itself and calls `wake` when something has changed. @returns stops it */
  listen(wake: () => void): () => void;
}

/** @param reload called when another process has changed the file */
export function watchOtherProcesses(db: DatabaseSync, reload: () => void): OtherProcesses {
  const select = db.prepare('PRAGMA data_version');
  const versionNow = () => (select.get() as { data_version: number }).data_version;
  let seen = versionNow();
  let wakeUp = () => {};
  const notice = () => {
    const version = versionNow();
    if (version === seen) return;
    seen = version;
    reload();
    wakeUp();
  };
  return {
    notice,
    listen(wake) {
      wakeUp = wake;
      const timer = setInterval(() => {
        if (db.isOpen) notice();
      }, LOOK_EVERY_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
