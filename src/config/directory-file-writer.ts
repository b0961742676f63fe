/** The directory as the text of a directory file. What is read back from it is the same, but for the secrets. */
import { stringify } from 'yaml';
import {
  endpointWords,
  functionNumberWords,
  organisationWords,
  privacyWords,
  sourceWords,
  userWords,
  type Words,
} from '../policy/directory-words.ts';
import type { Directory, OrganisationEntry } from '../policy/directory.ts';
import { CallhookError } from '../runtime/errors.ts';

const HEAD = `# Made by \`callhook export\`. Secrets are not in it: \`callhook apply\` keeps those that are stored. In a database
# where a source is new, give its \`secret\`; a new endpoint gets one made and shown.
`;

/** @throws CallhookError `DIRECTORY_FILE_INVALID` where something holds `${`, which a file reads as a variable */
export function writeDirectoryFile({ sources, organisations }: Directory): string {
  const tree = { sources: sources.map(sourceWords), organisations: organisations.map(organisationTree) };
  for (const source of tree.sources) refuseReference('source', source);
  for (const organisation of tree.organisations) refuseReference('organisation', organisation);
  // In a file everything is text: what looks like a number is quoted by whoever needs it, and read the same without.
  return HEAD + stringify(tree, { lineWidth: 0, aliasDuplicateObjects: false });
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
    endpoints: entry.endpoints.map(endpointWords),
  };
}
