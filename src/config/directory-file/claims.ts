/**
 * What the things of a directory file say about one another: an id, a device, a number is one thing's only, and
 * what is referred to is there. Reads the tree as it is written, parts that are wrong otherwise included, so that
 * all problems come out at once.
 */
import type { DeviceTest } from '../../policy/allowed-devices.ts';
import { isKnownCountry, normaliseNumber, toE164 } from '../../policy/phone-number.ts';
import { checkFilter } from './filter-claims.ts';
import { nearWord } from './near-word.ts';
import type { Path, Problem } from './problem.ts';
import { problemOfAddress } from './source-kinds.ts';
import { listOf, partOf, textOf, textsOf, type Part } from './tree-parts.ts';

export interface ClaimOptions {
  /** Sources that are there beside the file's own. */
  knownSources: readonly { id: string; kind: string }[];
  /** Whether a source that is not there yet has to bring its secret. */
  needSecrets: boolean;
  /** What whoever asks may add or has; left out: the operator, who may add everything. */
  mayHave?: DeviceTest;
  /** Where something stands, for people: `in line 12`. */
  placeOf(path: Path): string;
}

export function checkClaims(
  tree: unknown,
  { knownSources, needSecrets, mayHave = () => true, placeOf }: ClaimOptions,
): readonly Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: Path, text: string) => void problems.push({ path, text });
  const root: Part = { path: [], value: tree };
  const sources = listOf(root, 'sources');
  const sourceIds = [
    ...new Set([...textsOf(sources, 'id').map(([, id]) => id), ...knownSources.map(({ id }) => id)]),
  ];

  const refuseTwice = (parts: readonly (readonly [Path, string])[], word: string) => {
    const first = new Map<string, Path>();
    for (const [path, text] of parts) {
      const other = first.get(text);
      if (other === undefined) first.set(text, path);
      else refuse(path, `this ${word} is there twice, also ${placeOf(other)}`);
    }
  };

  const kindOf = (id: string) => {
    const source = sources.find((candidate) => textOf(candidate, 'id') === id);
    return source === undefined
      ? knownSources.find((known) => known.id === id)?.kind
      : textOf(source, 'kind');
  };

  const checkDevices = (organisations: readonly Part[]) => {
    const devices: (readonly [Path, string])[] = [];
    for (const user of organisations.flatMap((organisation) => listOf(organisation, 'users'))) {
      for (const device of listOf(user, 'devices')) {
        const [source, address] = [textOf(device, 'source'), textOf(device, 'address')];
        if (source === undefined) continue;
        // Nothing more is said of it: not whether there is such a source, nor what its addresses look like.
        if (!mayHave({ source, address: address ?? '' })) {
          problems.push({ path: device.path, text: NOT_ALLOWED, code: 'DEVICE_NOT_ALLOWED' });
          continue;
        }
        if (!sourceIds.includes(source))
          refuse([...device.path, 'source'], wordUnknownSource(source, sourceIds));
        if (address === undefined) continue;
        devices.push([device.path, JSON.stringify([source, address])]);
        const problem = problemOfAddress(kindOf(source), address);
        if (problem !== undefined) refuse([...device.path, 'address'], problem);
      }
    }
    refuseTwice(devices, 'device');
  };

  const checkAllowed = (organisation: Part) => {
    const allowed = textsOf(listOf(organisation, 'allowed_devices'), 'source');
    refuseTwice(allowed, 'source');
    for (const [path, source] of allowed) {
      if (!sourceIds.includes(source)) refuse(path, wordUnknownSource(source, sourceIds));
    }
  };

  const checkNumbers = (organisation: Part) => {
    const country = textOf(organisation, 'default_country');
    // Without the country no number can be read, and that is a problem of its own already.
    if (country === undefined || !isKnownCountry(country)) return;
    const holders = new Map<string, { user: Part | undefined; path: Path }>();
    const claim = (number: string, path: Path, user: Part | undefined) => {
      const holder = holders.get(number);
      if (holder === undefined) holders.set(number, { user, path });
      else refuse(path, wordHeld(holder.user, user, placeOf(holder.path)));
    };
    for (const user of listOf(organisation, 'users')) {
      for (const { path, value } of listOf(user, 'numbers')) {
        if (typeof value !== 'string') continue;
        const number = toE164(value, country);
        if (number === undefined) refuse(path, wordUnreadable(country));
        else claim(number, path, user);
      }
      for (const { path, value } of listOf(user, 'extensions')) {
        if (typeof value !== 'string') continue;
        const number = normaliseNumber(value, country);
        if (number === undefined) refuse(path, EXTENSION_SHAPE);
        else if (number !== value || value.startsWith('+')) refuse(path, EXTENSION_IS_PUBLIC);
        else claim(number, path, user);
      }
    }
    for (const functionNumber of listOf(organisation, 'function_numbers')) {
      const written = textOf(functionNumber, 'number');
      if (written === undefined) continue;
      const path = [...functionNumber.path, 'number'];
      const number = normaliseNumber(written, country);
      if (number === undefined) refuse(path, FUNCTION_NUMBER_SHAPE);
      else claim(number, path, undefined);
    }
  };

  const checkSecrets = () => {
    for (const source of sources) {
      const [id, kind] = [textOf(source, 'id'), textOf(source, 'kind')];
      const isKnown = knownSources.some((known) => known.id === id && known.kind === kind);
      const needsOne =
        kind === 'ami' ||
        kind === 'esl' ||
        (kind === 'dialog-info' && textOf(source, 'username') !== undefined);
      if (!needsOne || isKnown || partOf(source, 'secret').value !== undefined) continue;
      refuse(
        [...source.path, 'secret'],
        kind === 'dialog-info' ? 'is missing; the username needs one' : 'is missing',
      );
    }
  };

  const organisations = listOf(root, 'organisations');
  if (needSecrets) checkSecrets();
  refuseTwice(textsOf(sources, 'id'), 'id of a source');
  refuseTwice(textsOf(organisations, 'id'), 'id of an organisation');
  checkDevices(organisations);
  for (const organisation of organisations) {
    checkAllowed(organisation);
    refuseTwice(textsOf(listOf(organisation, 'users'), 'user_id'), 'user_id');
    refuseTwice(textsOf(listOf(organisation, 'endpoints'), 'id'), 'id of an endpoint');
    checkNumbers(organisation);
    for (const endpoint of listOf(organisation, 'endpoints'))
      problems.push(...checkFilter(endpoint, organisation));
  }
  return problems;
}

const NOT_ALLOWED =
  'Your operator has not allowed this organisation to use this device. Ask the operator, or take another one.';
const EXTENSION_SHAPE = 'is no extension; allowed are up to 64 letters, digits and * # + . _ ~ -';
const EXTENSION_IS_PUBLIC = 'is a public telephone number; list it under `numbers`';
const FUNCTION_NUMBER_SHAPE =
  'is no number; allowed are a telephone number, or up to 64 letters, digits and * # + . _ ~ -';

function wordUnreadable(country: string): string {
  return `cannot be read as a public telephone number of ${country}; write it with + and the country code, or list it under \`extensions\``;
}

function wordUnknownSource(source: string, known: readonly string[]): string {
  if (known.length === 0) return 'is no known source; there are none, describe it under `sources`';
  const near = nearWord(source, known);
  return `is no known source${near === undefined ? '' : `, did you mean ${near}?`}; known are ${known.join(', ')}`;
}

/** @param user undefined: a function number */
function wordHeld(holder: Part | undefined, user: Part | undefined, place: string): string {
  if (holder === undefined) return `this function number is there twice, also ${place}`;
  if (user === undefined) {
    return `this function number is also a user's, ${place}; legs of a function number are never reported`;
  }
  if (holder === user) return `this user has it twice, also ${place}`;
  return `belongs to another user already, ${place}; a number is one user's only`;
}
