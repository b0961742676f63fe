/** The source that a verb looks at, and the directory it belongs to: from a file, or as it was applied. */
import { existsSync } from 'node:fs';
import { originOf, speaksTls } from '../../config/api-settings.ts';
import { loadConnectorConfig, type ConnectorConfig } from '../../config/connector-config.ts';
import { readDirectoryFile } from '../../config/directory-file.ts';
import { environment } from '../../config/environment.ts';
import type { Directory, SourceSettings } from '../../policy/directory.ts';
import { completeDirectory } from '../../policy/wanted-directory.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { isPostgres } from '../../store/open-store.ts';
import type { SourceHealth } from '../../store/health.ts';
import { withInstallation } from '../installation.ts';
import { readText } from '../playback.ts';
import { nodesOf } from '../status.ts';

export interface Subject {
  source: SourceSettings;
  directory: Directory;
  /** What the directory was read from, for people: `acme.yaml`. */
  from: string;
  api: Api;
  /** What was applied; absent where nothing was yet. */
  installation?: InstallationView;
}

/** Of a node of this configuration. */
export interface Api {
  /** Where it listens: `http://127.0.0.1:8480`. */
  url: string;
  /** Where others reach it. */
  publicUrl: string;
  /** What it shows; absent where it speaks in clear. */
  certificateFile?: string;
}

export interface InstallationView {
  /** Is it served at this moment? */
  isServed: boolean;
  /** How the source is; absent where it was not applied. */
  health?: SourceHealth;
}

export interface SubjectOptions {
  /** A directory file. */
  with?: string;
  /** A configuration file. */
  config?: string;
}

/** @throws CallhookError `SOURCE_UNKNOWN`, `DIRECTORY_FILE_INVALID`, `DATABASE_UNAVAILABLE` */
export async function findSubject(sourceId: string, options: SubjectOptions): Promise<Subject> {
  const api = apiOf(loadConnectorConfig(options.config, environment));
  if (options.with === undefined) {
    return withInstallation(options.config, async (store, { database }) => {
      const directory = await store.directory.read();
      const sources = await store.health.sources();
      const isServed = (await nodesOf(store, database)).length > 0;
      const from = 'the directory';
      return {
        source: sourceOf(directory, sourceId, from),
        directory,
        from,
        api,
        installation: viewOf(isServed, sources, sourceId),
      };
    });
  }
  const directory = readFile(options.with, sourceId);
  const installation = await viewIfThere(sourceId, options.config);
  return {
    source: sourceOf(directory, sourceId, options.with),
    directory,
    from: options.with,
    api,
    ...(installation && { installation }),
  };
}

/** An address that stands for all of the machine's is reached on loopback. */
function apiOf(config: ConnectorConfig): Api {
  const { api_host, public_url } = config;
  const host = api_host === '0.0.0.0' ? '127.0.0.1' : api_host === '::' ? '::1' : api_host;
  const url = originOf(config, host);
  const publicUrl = public_url === '' ? url : public_url;
  return { url, publicUrl, ...(speaksTls(config) && { certificateFile: config.api_tls_certificate_file }) };
}

/** Secrets of other things need not be known. */
function readFile(file: string, sourceId: string): Directory {
  const text = readText(file);
  const read = (secrets: 'resolve' | 'ignore') =>
    readDirectoryFile({ file, text, env: environment, secrets });
  const none = { signingSecret: () => '', sourceToken: () => '', nowMs: 0 };
  const directory = completeDirectory(read('ignore'), { sources: [], organisations: [] }, none).directory;
  const source = directory.sources.find(({ id }) => id === sourceId);
  // Its own secret is needed: reading it again strictly tells what is wrong with it.
  if (source !== undefined && source.kind !== 'http' && source.secret === '') read('resolve');
  return directory;
}

async function viewIfThere(
  sourceId: string,
  config: string | undefined,
): Promise<InstallationView | undefined> {
  const { database } = loadConnectorConfig(config, environment);
  if (!isPostgres(database) && !existsSync(database)) return undefined;
  return withInstallation(config, async (store) => {
    const sources = await store.health.sources();
    return viewOf((await nodesOf(store, database)).length > 0, sources, sourceId);
  });
}

function viewOf(isServed: boolean, sources: readonly SourceHealth[], sourceId: string): InstallationView {
  const health = sources.find(({ id }) => id === sourceId);
  return health === undefined ? { isServed } : { isServed, health };
}

function sourceOf({ sources }: Directory, sourceId: string, from: string): SourceSettings {
  const source = sources.find(({ id }) => id === sourceId);
  if (source !== undefined) return source;
  const known = sources.map(({ id }) => id).join(', ') || 'none';
  throw new CallhookError(
    'SOURCE_UNKNOWN',
    `There is no source \`${sourceId}\` in ${from}; its sources are: ${known}.`,
  );
}
