/** The store that a verb works on, as the configuration names it. */
import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { healthRulesOf, loadConnectorConfig, type ConnectorConfig } from '../config/connector-config.ts';
import { environment } from '../config/environment.ts';
import { loadKeys } from '../config/installation-key.ts';
import type { EndpointName } from '../command/command.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { KeyRing } from '../runtime/keys.ts';
import { isPostgres, openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

type Work<Result> = (store: Store, config: ConnectorConfig, keys: KeyRing) => Promise<Result>;

/** @throws CallhookError `DATABASE_UNAVAILABLE`, also when there is none yet: looking must not make one */
export async function withInstallation<Result>(
  configFile: string | undefined,
  work: Work<Result>,
): Promise<Result> {
  const config = loadConnectorConfig(configFile, environment);
  const { database } = config;
  if (!isPostgres(database) && !existsSync(database)) {
    throw new CallhookError(
      'DATABASE_UNAVAILABLE',
      `There is no database ${database} yet. \`callhook apply FILE\` makes one and fills it.`,
    );
  }
  return open(config, work);
}

/** The same, and makes a database where there is none. */
export function openInstallation<Result>(
  configFile: string | undefined,
  work: Work<Result>,
): Promise<Result> {
  return open(loadConnectorConfig(configFile, environment), work);
}

async function open<Result>(config: ConnectorConfig, work: Work<Result>): Promise<Result> {
  const keys = loadKeys(config, environment);
  const store = await openStore(config.database, keys.secrets, healthRulesOf(config));
  try {
    return await work(store, config, keys);
  } finally {
    await store.close();
  }
}

const MOST_NAMED = 20;

/** @returns its id. @throws CallhookError where there is no such organisation, or more than one to choose from */
export async function organisationNamed({ directory }: Store, id: string | undefined): Promise<string> {
  if (id !== undefined && (await directory.organisation(id)) !== undefined) return id;
  const some = await directory.organisations({ limit: MOST_NAMED });
  const [only, ...others] = some.map((organisation) => organisation.id);
  if (id === undefined && only !== undefined && others.length === 0) return only;
  const known = only === undefined ? 'There is none yet.' : `There are ${[only, ...others].join(', ')}.`;
  throw new CallhookError(
    'USAGE',
    id === undefined ? `Say which organisation. ${known}` : `There is no organisation ${id}. ${known}`,
  );
}

/** `acme/crm` @throws InvalidArgumentError */
export function readEndpointName(text: string): EndpointName {
  const [organisationId = '', endpointId = '', ...rest] = text.split('/');
  if (organisationId === '' || endpointId === '' || rest.length > 0) {
    throw new InvalidArgumentError('Write ORGANISATION/ENDPOINT, as `callhook status` shows it: acme/crm.');
  }
  return { organisationId, endpointId };
}

export function noSuchEndpoint({ organisationId, endpointId }: EndpointName): CallhookError {
  return new CallhookError(
    'ENDPOINT_UNKNOWN',
    `There is no endpoint ${organisationId}/${endpointId}. \`callhook status\` shows those that there are.`,
  );
}
