/** The directory as the text of a directory file. What is read back from it is the same, but for the secrets. */
import { stringify } from 'yaml';
import {
  endpointWords,
  functionNumberWords,
  organisationWords,
  privacyWords,
  proofWords,
  sourceWords,
  userWords,
  type Words,
} from '../policy/directory-words.ts';
import type { Directory, OrganisationEntry } from '../policy/directory.ts';
import { CallhookError } from '../runtime/errors.ts';

const HEAD = `# Made by \`callhook export\`. Secrets are not in it: \`callhook apply\` keeps those that are stored. In a database
# where a source is new, give its \`secret\`; a new endpoint gets one made and shown. What endpoints send to prove who
# they are is asked for as variables, \${SECRET_…}.
`;

/** @throws CallhookError `DIRECTORY_FILE_INVALID` where something holds `${`, which a file reads as a variable */
export function writeDirectoryFile({ sources, organisations }: Directory): string {
  const tree = { sources: sources.map(sourceWords), organisations: organisations.map(organisationTree) };
  for (const source of tree.sources) refuseReference('source', source);
  for (const organisation of tree.organisations) refuseReference('organisation', organisation);
  // In a file everything is text: what looks like a number is quoted by whoever needs it, and read the same without.
  const named = { ...tree, organisations: tree.organisations.map(withVariables) };
  return HEAD + stringify(named, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Somebody could have an environment's secret sent to an address of theirs. */
function refuseReference(what: string, words: Words): void {
  if (!JSON.stringify(words).includes('${')) return;
  throw new CallhookError(
    'DIRECTORY_FILE_INVALID',
    `The ${what} ${String(words['id'])} holds \`\${\`, which a directory file would read as a variable. Change that first.`,
  );
}

function organisationTree(entry: OrganisationEntry): Words {
  return {
    ...organisationWords(entry),
    privacy: privacyWords(entry.privacy),
    users: entry.users.map(userWords),
    function_numbers: entry.functionNumbers.map(functionNumberWords),
    endpoints: entry.endpoints.map((endpoint) => ({ ...endpointWords(endpoint), ...proofWords(endpoint) })),
  };
}

/** What a file has to hold whole is asked for by the name of a variable. */
function withVariables(organisation: Words): Words {
  const endpoints = (organisation['endpoints'] as Words[]).map((endpoint) => {
    const { authentication, headers, tls } = endpoint as Partial<Record<string, Words>>;
    const variable = (what: string) => variableOf([organisation['id'], endpoint['id'], what]);
    const certificate = tls?.['certificate'] === undefined ? {} : { key: variable('key') };
    return {
      ...endpoint,
      ...(authentication !== undefined && {
        authentication: {
          ...authentication,
          [secretKey(authentication)]: variable(secretKey(authentication)),
        },
      }),
      ...(Array.isArray(headers) && {
        headers: Object.fromEntries((headers as string[]).map((name) => [name, variable(name)])),
      }),
      ...(tls !== undefined && { tls: { ...tls, ...certificate } }),
    };
  });
  return { ...organisation, endpoints };
}

function secretKey({ kind }: Words): string {
  return { basic: 'password', bearer: 'token' }[String(kind)] ?? 'client_secret';
}

function variableOf(names: readonly unknown[]): string {
  return `\${SECRET_${names
    .join('_')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')}}`;
}
