/**
 * `callhook apply FILE`: makes the directory what a file says. Done twice, the second time changes nothing. What
 * is in the database and not in the file stays, unless `--prune`.
 */
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { healthRulesOf, loadConnectorConfig, type ConnectorConfig } from '../config/connector-config.ts';
import { readDirectoryFile } from '../config/directory-file.ts';
import { environment } from '../config/environment.ts';
import { loadKeys } from '../config/installation-key.ts';
import { generateSecret } from '../delivery/signature.ts';
import { auditOf, type By } from '../policy/audit.ts';
import { planChanges, type Plan } from '../policy/directory-changes.ts';
import { completeDirectory, type GeneratedSecret } from '../policy/wanted-directory.ts';
import { systemClock } from '../runtime/clock.ts';
import { CallhookError } from '../runtime/errors.ts';
import { deriveKeys, INSTALLATION_KEY_BYTES, type Identity } from '../runtime/keys.ts';
import { generateToken } from '../source/http-ingest/token.ts';
import { identityOf, isPostgres, openStore } from '../store/open-store.ts';
import { DirectoryMoved, type DirectoryStore, type Store } from '../store/store.ts';
import { bySystemUser } from './by.ts';
import { readText } from './playback.ts';
import { wordChanges, wordConflicts, wordLeftAlone, type PlanWords } from './plan-lines.ts';
import { signingLines } from './rotate.ts';

export interface ApplyOptions {
  /** Only says what would be done. */
  dryRun: boolean;
  /** Removes what is not in the file. */
  prune: boolean;
}

export interface ApplyRequest extends ApplyOptions {
  /** The file's name as the person gave it. */
  file: string;
  text: string;
  env: Readonly<Record<string, string | undefined>>;
  directoryStore: Pick<DirectoryStore, 'read' | 'write' | 'revision'>;
  /** For the audit. */
  by: By;
  fingerprint(secret: string): string;
  nowMs: number;
  /** Takes one line for the person, without its end. */
  out: (line: string) => void;
}

export function applyCommand(): Command {
  return new Command('apply')
    .description('Make sources, organisations, users and endpoints what a file says.')
    .argument('<file>', 'the directory file (YAML)')
    .option('--dry-run', 'show what would change, write nothing', false)
    .option('--prune', 'remove what is not in the file', false)
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(async (file: string, options: ApplyOptions & { config?: string }) => {
      const text = readText(file);
      const config = loadConnectorConfig(options.config, environment);
      const { store, fingerprint } = await openDirectory(config, options.dryRun);
      const out = (line: string) => process.stdout.write(`${line}\n`);
      try {
        await applyFile({
          ...options,
          file,
          text,
          env: environment,
          directoryStore: store.directory,
          out,
          by: bySystemUser('callhook apply'),
          fingerprint,
          nowMs: store.nowMs(),
        });
      } finally {
        await store.close();
      }
    });
}

/** A dry run leaves nothing behind, not even an empty database. */
async function openDirectory(
  config: ConnectorConfig,
  dryRun: boolean,
): Promise<{ store: Store; fingerprint: Identity['fingerprint'] }> {
  const isThere = !dryRun || isPostgres(config.database) || existsSync(config.database);
  const keys = isThere ? loadKeys(config, environment) : deriveKeys(new Uint8Array(INSTALLATION_KEY_BYTES));
  const database = isThere ? config.database : ':memory:';
  const store = await openStore(database, keys.secrets, healthRulesOf(config));
  const { fingerprint } = await identityOf(store, keys);
  return { store, fingerprint };
}

/** @throws CallhookError `DIRECTORY_FILE_INVALID`; nothing was written then */
export async function applyFile(request: ApplyRequest): Promise<void> {
  const { file, text, env, directoryStore, dryRun, prune, out, by, fingerprint, nowMs } = request;
  const revision = await directoryStore.revision();
  const current = await directoryStore.read();
  const wanted = readDirectoryFile({ file, text, env, knownSources: current.sources });
  const { directory, generated } = completeDirectory(wanted, current, {
    signingSecret: generateSecret,
    sourceToken: generateToken,
    nowMs: systemClock.nowMs(),
  });
  const plan = planChanges(current, directory, { prune });
  refuseConflicts(file, plan);

  if (!dryRun && plan.changes.length > 0) {
    const audit = auditOf(plan.changes, current, { atMs: nowMs, by, fingerprint });
    await directoryStore.write(plan.changes, { audit, revision }).catch(refuseMoved);
  }

  const words = wordChanges(plan, current);
  for (const line of [...words.lines, ...wordLeftAlone(plan)]) out(line);
  for (const secret of generated) for (const line of secretLines(secret, dryRun)) out(line);
  out(summary(words, dryRun));
}

function refuseMoved(error: unknown): never {
  if (!(error instanceof DirectoryMoved)) throw error;
  throw new CallhookError(
    'DATABASE_UNAVAILABLE',
    'Somebody else changed the directory at the same time. Nothing was written: run it again.',
  );
}

function refuseConflicts(file: string, plan: Plan): void {
  if (plan.conflicts.length === 0) return;
  const lines = wordConflicts(plan).map((line) => `${file}: ${line}`);
  const advice =
    'Nothing was written. Put both into the file as they shall be, or see what --prune --dry-run says.';
  throw new CallhookError('DIRECTORY_FILE_INVALID', [...lines, advice].join('\n'));
}

/** What was just made here is shown once: the other side has to be told it. */
function secretLines(generated: GeneratedSecret, dryRun: boolean): string[] {
  switch (generated.of) {
    case 'endpoint': {
      const name = `endpoint ${generated.endpointId} in ${generated.organisationId}`;
      return dryRun
        ? [`A secret would be made for ${name} and shown.`]
        : signingLines(name, generated.secret);
    }
    case 'source': {
      const name = `source ${generated.sourceId}`;
      if (dryRun) return [`A token would be made for ${name} and shown.`];
      const first = `The token of ${name}. It is shown only now; give it to whoever posts its events:`;
      return ['', first, `    ${generated.secret}`, ''];
    }
  }
}

function summary({ added, changed, removed }: PlanWords, dryRun: boolean): string {
  if (added + changed + removed === 0) return 'Nothing to change.';
  const [more, other, less] = [added, changed, removed].map((number) => number.toLocaleString('en'));
  return dryRun
    ? `Dry run: ${more} to add, ${other} to change, ${less} to remove. Nothing was written.`
    : `Done: ${more} added, ${other} changed, ${less} removed.`;
}
