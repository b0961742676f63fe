/**
 * `callhook key`: another key for the secrets in the database, while `callhook serve` runs. Every step may be cut off at any
 * moment: what is sealed opens with what the key file holds, before and after, and the same command goes on.
 */
import { Command } from 'commander';
import { environment } from '../config/environment.ts';
import { keysInFile, keysInVariable, newKey } from '../config/installation-key.ts';
import { replaceKeyFile, wordKeys } from '../config/key-file.ts';
import { CallhookError } from '../runtime/errors.ts';
import { keyIdOf, type KeyRing, type KeySet } from '../runtime/keys.ts';
import { keyIdIn } from '../runtime/secret-box.ts';
import { isPostgres } from '../store/open-store.ts';
import { lockKeyFile } from '../store/sqlite/file-locks.ts';
import type { Store } from '../store/store.ts';
import { bySystemUser } from './by.ts';
import { withInstallation } from './installation.ts';

/** What the verbs work on. */
interface Installation {
  store: Store;
  ring: KeyRing;
  database: string;
  keyFile: string;
  /** In `CALLHOOK_KEY`, which nobody but its owner can change. */
  inVariable?: KeySet;
}

/** Few enough that nobody waits for them. */
const STEP = 100;

export function keyCommand(): Command {
  return new Command('key')
    .description('Change the key under which secrets lie in the database; call ids stay the same.')
    .addCommand(verb('list', 'Show the keys by their ids, and how many secrets lie under each.', list))
    .addCommand(
      verb('add', 'Make the next key, which seals nothing yet: first let all machines have it.', add),
    )
    .addCommand(verb('rotate', 'Seal everything under the next key, or under a new one.', rotate))
    .addCommand(verb('retire', 'Forget the keys under which nothing lies any more.', retire));
}

function verb(
  name: string,
  description: string,
  work: (installation: Installation) => Promise<readonly string[]>,
): Command {
  return new Command(name)
    .description(description)
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(async ({ config: file }: { config?: string }) => {
      await withInstallation(file, async (store, { database, key_file: keyFile }, ring) => {
        const inVariable = keysInVariable(environment);
        const installation = { store, ring, database, keyFile, ...(inVariable && { inVariable }) };
        for (const line of await work(installation)) process.stdout.write(`${line}\n`);
      });
    });
}

async function list({ store, keyFile, inVariable }: Installation): Promise<string[]> {
  const { current, next, former } = inVariable ?? keysInFile(keyFile);
  const inUse = new Map(await store.keys.inUse());
  const counted = (id: string) => {
    const count = inUse.get(id) ?? 0;
    inUse.delete(id);
    return `${String(count).padStart(7)} ${count === 1 ? 'secret ' : 'secrets'}`;
  };
  const line = (key: Uint8Array, what: string) => `${keyIdOf(key)}  ${counted(keyIdOf(key))}  ${what}`;
  return [
    line(current, 'seals and opens'),
    ...(next === undefined ? [] : [line(next, 'opens; seals from `callhook key rotate` on')]),
    ...former.map((key) => line(key, 'opens only; `callhook key retire` forgets it')),
    ...[...inUse.keys()]
      .toSorted()
      .map((id) =>
        id === ''
          ? `without an id${counted(id).slice(3)}  from before keys had ids; \`callhook key rotate\` seals them anew`
          : `${id}  ${counted(id)}  NOT THERE: these cannot be opened`,
      ),
  ];
}

async function add({ keyFile, inVariable }: Installation): Promise<string[]> {
  if (inVariable !== undefined) {
    throw usage(
      'The key is in CALLHOOK_KEY. Write there `KEY,next NEWKEY`; `openssl rand -base64 32` makes one.',
    );
  }
  return whileLocked(keyFile, async () => {
    const keys = keysInFile(keyFile);
    if (keys.next !== undefined) {
      throw usage(`The next key is there already: ${keyIdOf(keys.next)}. \`callhook key rotate\` takes it.`);
    }
    const next = newKey();
    replaceKeyFile(keyFile, wordKeys({ ...keys, next }));
    return [
      `Made the next key, ${keyIdOf(next)}, in ${keyFile}. Nothing is sealed under it yet.`,
      'Copy the file to every machine that uses this database, then: `callhook key rotate`.',
    ];
  });
}

async function rotate(installation: Installation): Promise<string[]> {
  const { store, ring, database, keyFile, inVariable } = installation;
  // Before the key changes: what comes from it must not.
  await store.keys.keepIdentity(ring.founding);
  if (inVariable !== undefined) {
    const count = await resealAll(installation);
    return [`Sealed ${count} secrets under ${keyIdOf(inVariable.current)}, the first key of CALLHOOK_KEY.`];
  }
  return whileLocked(keyFile, async () => {
    const keys = keysInFile(keyFile);
    const isBegun = keys.next === undefined && (await isUsed(store, keys.former));
    const current = isBegun ? keys.current : (keys.next ?? freshKey(database));
    if (!isBegun) {
      replaceKeyFile(keyFile, wordKeys({ current, former: [keys.current, ...keys.former] }));
    }
    const count = await resealAll(installation);
    const was = isBegun ? [] : [keyIdOf(keys.current)];
    return [
      `${isBegun ? 'Went on with the change that was begun: sealed' : 'Sealed'} ${count} secrets under ${keyIdOf(current)}.`,
      ...was.map((id) => `${id} still opens what was sealed under it: a backup, or another machine’s.`),
      'Copy the key file to the other machines, if there are any. Back it up with the database. Then: `callhook key retire`.',
    ];
  });
}

/** Other machines would have no key to open with what one of them seals. @throws CallhookError `USAGE` */
function freshKey(database: string): Uint8Array {
  if (!isPostgres(database)) return newKey();
  throw usage(
    'Other machines may use this database. First `callhook key add`, then copy the key file to all of them, then this.',
  );
}

async function isUsed(store: Store, keys: readonly Uint8Array[]): Promise<boolean> {
  const inUse = await store.keys.inUse();
  return keys.some((key) => inUse.has(keyIdOf(key)));
}

async function retire(installation: Installation): Promise<string[]> {
  const { store, keyFile, inVariable } = installation;
  if ((await store.keys.identity()) === undefined) {
    return ['The key has never been changed: there is nothing to forget. `callhook key rotate` changes it.'];
  }
  await resealAll(installation);
  if (inVariable !== undefined) {
    return inVariable.former.length === 0
      ? ['There is nothing to forget.']
      : [
          `Nothing lies under ${idsOf(inVariable.former)} any more. Take the last ${inVariable.former.length} out of CALLHOOK_KEY.`,
        ];
  }
  return whileLocked(keyFile, async () => {
    const { former, ...keys } = keysInFile(keyFile);
    if (former.length === 0) return ['There is nothing to forget.'];
    if (await isUsed(store, former)) {
      throw usage('Something was sealed under a former key at this very moment. Run it again.');
    }
    replaceKeyFile(keyFile, wordKeys({ ...keys, former: [] }));
    await store.accounts.note(noteOf(store, 'removed', idsOf(former), 'callhook key retire'));
    return [
      `Forgot ${idsOf(former)}. A backup of the database from before needs the key file from before: keep that with it.`,
    ];
  });
}

/** Goes through the secrets until all lie under the key that seals now. @returns how many were sealed */
async function resealAll({ store, ring }: Installation): Promise<number> {
  let count = 0;
  for (;;) {
    const sealed = await store.keys.reseal(STEP);
    if (sealed === 0) break;
    count += sealed;
  }
  if (count > 0) {
    const id = keyIdIn(ring.secrets.stamp())!;
    // Raises the directory's revision: every node looks at its secrets, and at its key file.
    await store.directory.write([], { audit: [noteOf(store, 'used', id, 'callhook key rotate')] });
  }
  return count;
}

function noteOf(store: Store, action: 'used' | 'removed', id: string, command: string) {
  return { atMs: store.nowMs(), by: bySystemUser(command), action, thing: 'key', id } as const;
}

function idsOf(keys: readonly Uint8Array[]): string {
  return keys.map(keyIdOf).join(', ');
}

async function whileLocked<Result>(keyFile: string, work: () => Promise<Result>): Promise<Result> {
  const unlock = lockKeyFile(keyFile);
  try {
    return await work();
  } finally {
    unlock();
  }
}

function usage(message: string): CallhookError {
  return new CallhookError('USAGE', message);
}
