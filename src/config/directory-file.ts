/**
 * The directory file: sources and organisations in YAML, as `callhook apply` takes them. docs and examples show
 * one in full. The way through: directory-file/yaml-tree.ts reads the text, references.ts fills in `${NAME}` and
 * `file:`, schema.ts knows the shape, claims.ts what things say about one another.
 *
 * Everything that is wrong is told at once, with its line.
 */
import type { z } from 'zod';
import type { SourceSettings } from '../policy/directory.ts';
import type { Device, PrivacySettings, User } from '../policy/organisation.ts';
import { normaliseNumber, toE164 } from '../policy/phone-number.ts';
import type { WantedDirectory, WantedOrganisation } from '../policy/wanted-directory.ts';
import { checkClaims } from './directory-file/claims.ts';
import { endpointOf } from './directory-file/endpoint-shape.ts';
import { invalidFile, type Path, type Problem } from './directory-file/problem.ts';
import { resolveReferences, type Environment } from './directory-file/references.ts';
import { directoryFileSchema, type DirectoryFileContent } from './directory-file/schema.ts';
import { wordIssue } from './directory-file/shapes.ts';
import { sourceOf } from './directory-file/source-kinds.ts';
import { readYaml } from './directory-file/yaml-tree.ts';

export interface DirectoryFileOptions {
  /** Its name as the person gave it: problems begin with it, `file:` secrets are relative to its folder. */
  file: string;
  text: string;
  env: Environment;
  /** Sources that devices may be on beside the file's own. */
  knownSources?: readonly Pick<SourceSettings, 'id' | 'kind'>[];
  /** `ignore` leaves secrets that are missing or wrong empty, for work that talks to nobody. Else `resolve`. */
  secrets?: 'resolve' | 'ignore';
  /** Client certificates must not have expired by then; now. */
  nowMs?: number;
}

type FileOrganisation = NonNullable<DirectoryFileContent['organisations']>[number];
type FileUser = FileOrganisation['users'][number];

/** @throws CallhookError `DIRECTORY_FILE_INVALID`, one line per problem */
export function readDirectoryFile(options: DirectoryFileOptions): WantedDirectory {
  const { file, text, env, knownSources = [], secrets = 'resolve', nowMs = Date.now() } = options;
  const refuse = (problems: readonly Problem[], lineOf: (path: Path) => number): never => {
    throw invalidFile(file, problems, lineOf);
  };

  const { value: tree, lineOf } = readYaml(text, refuse);
  if (isEmpty(tree)) refuse([{ path: [], text: EMPTY }], lineOf);

  const { value, problems: unresolved } = resolveReferences(tree, { file, env, secrets });
  const result = directoryFileSchema(secrets, nowMs).safeParse(value, { error: wordIssue });
  const issues = (result.error?.issues ?? []).flatMap(problemsOf);
  // What could not be resolved has its problem already; its shape says nothing.
  const known = new Set(unresolved.map(({ path }) => JSON.stringify(path)));
  const problems = [
    ...unresolved,
    ...issues.filter(({ path }) => !known.has(JSON.stringify(path))),
    ...checkClaims(value, { knownSources, lineOf }),
  ];
  if (!result.success || problems.length > 0) return refuse(problems, lineOf);

  const wanted: WantedDirectory = {};
  if (result.data.sources !== undefined) wanted.sources = result.data.sources.map(sourceOf);
  if (result.data.organisations !== undefined) {
    wanted.organisations = result.data.organisations.map(organisationOf);
  }
  return wanted;
}

const EMPTY = 'the file says nothing; it has to hold `sources`, `organisations` or both';

function isEmpty(tree: unknown): boolean {
  if (tree === undefined) return true;
  return (
    typeof tree === 'object' && tree !== null && Object.values(tree).every((value) => value === undefined)
  );
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? '' : step));
  if (issue.code !== 'unrecognized_keys') return [{ path, text: issue.message }];
  const texts = issue.message.split('\n');
  return issue.keys.map((key, index) => ({ path: [...path, key], text: texts[index] ?? '' }));
}

function organisationOf(organisation: FileOrganisation): WantedOrganisation {
  const { id, name, default_country: defaultCountry, privacy } = organisation;
  return {
    id,
    name,
    defaultCountry,
    ...(privacy !== undefined && { privacy: privacyOf(privacy) }),
    users: organisation.users.map((user) => userOf(user, defaultCountry)),
    functionNumbers: organisation.function_numbers.map(({ number, kind }) => ({
      number: normaliseNumber(number, defaultCountry) ?? number,
      kind,
    })),
    endpoints: organisation.endpoints.map((endpoint) => endpointOf(endpoint, defaultCountry)),
  };
}

function privacyOf(privacy: NonNullable<FileOrganisation['privacy']>): PrivacySettings {
  return {
    removeLocalUserId: privacy.remove_local_user_id,
    modifyLocalNumber: privacy.modify_local_number,
    removeLocalEmail: privacy.remove_local_email,
    removeRemoteUserId: privacy.remove_remote_user_id,
    modifyRemoteNumber: privacy.modify_remote_number,
    removeRemoteEmail: privacy.remove_remote_email,
    removeDeviceType: privacy.remove_device_type,
    ...(privacy.applies_to !== 'both' && { onlyDirection: privacy.applies_to }),
  };
}

function userOf({ user_id: userId, email, numbers, extensions, devices }: FileUser, country: string): User {
  const user: User = {
    userId,
    // checkClaims has read each of them.
    numbers: numbers.map((number) => toE164(number, country) ?? number),
    extensions,
    devices: devices.map(({ source, address, type }): Device => {
      return type === undefined ? { source, address } : { source, address, type };
    }),
  };
  if (email !== undefined) user.email = email;
  return user;
}
