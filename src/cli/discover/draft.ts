/** A first directory file, as `apply` takes it, with remarks for whoever fills it in. It never holds a secret. Pure. */
import type { SourceSettings } from '../../policy/directory.ts';
import { normaliseNumber } from '../../policy/phone-number.ts';
import type { FunctionGuess, SeenDevice } from '../../source/inspection.ts';
import { harmless, harmlessJson } from '../listen/harmless.ts';
import { peopleOf, type Person, type PersonsDevice } from '../../command/people.ts';

export interface Draft {
  source: SourceSettings;
  /** How the file refers to the source's secret: `${ASTERISK_AMI_SECRET}`. */
  secretReference: string;
  organisation: { id: string; name: string; country: string };
  /** Those that the directory does not have. */
  devices: readonly SeenDevice[];
  trunks: readonly SeenDevice[];
  functionNumbers: readonly FunctionGuess[];
  /** How many phones the directory has already. */
  known: number;
}

const MOST_CHARS = 100;

export function* draftLines(draft: Draft): Generator<string> {
  const { source, organisation, devices, known } = draft;
  const { people, unwritable } = peopleOf(devices, source.kind, organisation.country);
  yield '# A first directory, made of what the phone system tells. It is yours to complete:';
  yield '#   user_id   what the CRM knows the person by; here it is the extension';
  yield '#   email     and numbers, which no phone system was asked for';
  yield '#   callhook apply FILE --dry-run     shows what is wrong with it, and what it would do';
  yield 'sources:';
  yield* sourceLines(draft);
  yield '';
  yield 'organisations:';
  yield `  - id: ${organisation.id}`;
  yield `    name: ${text(organisation.name)}`;
  yield `    default_country: ${organisation.country} # how numbers without a country code are read`;
  yield '';
  yield '    # Only these people’s calls are reported: take out who is none.';
  if (known > 0)
    yield `    # ${known.toLocaleString('en')} more are in the directory already and stay there.`;
  yield '    users:';
  for (const person of people) yield* personLines(person, source.id);
  yield* remarks('Left out, since their names cannot stand in this file', unwritable);
  yield* remarks('Left out, since they look like trunks', draft.trunks.map(wordTrunk));
  yield '';
  yield* functionLines(draft, people);
  yield '';
  yield '    # Where the messages go:';
  yield '    # endpoints:';
  yield '    #   - id: crm';
  yield '    #     url: https://crm.example.com/hooks/calls';
}

function* sourceLines({ source, secretReference }: Draft): Generator<string> {
  yield `  - id: ${source.id}`;
  yield `    kind: ${source.kind}`;
  if ('host' in source) {
    yield `    host: ${text(source.host)}`;
    yield `    port: ${source.port}`;
  }
  if ('tls' in source && source.tls) yield '    tls: true';
  if ('caFile' in source && source.caFile !== undefined) yield `    ca_file: ${text(source.caFile)}`;
  if ('username' in source && source.username !== undefined) yield `    username: ${text(source.username)}`;
  yield `    secret: ${text(secretReference)}`;
  yield `    default_device_type: ${source.defaultDeviceType} # for phones of which nothing else is known`;
}

function* personLines(
  { userId, names, numbers, extensions, devices }: Person,
  sourceId: string,
): Generator<string> {
  yield `      - user_id: ${text(userId)}${remark(names)}`;
  if (numbers.length > 0) yield `        numbers: [${numbers.map(text).join(', ')}]`;
  if (extensions.length > 0) yield `        extensions: [${extensions.map(text).join(', ')}]`;
  yield '        devices:';
  for (const device of devices) yield deviceLine(device, sourceId);
}

function deviceLine({ address, type, userAgents }: PersonsDevice, sourceId: string): string {
  const typed = type === undefined ? '' : `, type: ${type}`;
  return `          - { source: ${sourceId}, address: ${text(address)}${typed} }${remark(userAgents)}`;
}

function* functionLines(
  { functionNumbers, organisation: { country } }: Draft,
  people: readonly Person[],
): Generator<string> {
  yield '    # Numbers that are nobody’s phone: queues, IVRs, groups and the like.';
  yield '    function_numbers:';
  const taken = new Set(people.flatMap(({ numbers, extensions }) => [...numbers, ...extensions]));
  for (const { number, kind, because } of functionNumbers) {
    const read = normaliseNumber(number, country);
    if (read === undefined || taken.has(read)) continue;
    taken.add(read);
    yield `      # A guess: - { number: ${text(read)}, kind: ${kind} }${remark([because])}`;
  }
}

function* remarks(title: string, items: readonly string[]): Generator<string> {
  if (items.length === 0) return;
  yield '';
  yield `    # ${title}:`;
  for (const item of items) yield `    #   ${short(item)}`;
}

function wordTrunk({ address, trunk = '' }: SeenDevice): string {
  return `${address} (${trunk})`;
}

function remark(texts: readonly string[]): string {
  return texts.length === 0 ? '' : ` # ${short(texts.join(', '))}`;
}

function short(remarked: string): string {
  const safe = harmless(remarked);
  return safe.length > MOST_CHARS ? `${safe.slice(0, MOST_CHARS)}…` : safe;
}

/** As a YAML scalar: bare where nothing in it could be taken for anything else. */
function text(value: string): string {
  return /^[A-Za-z0-9][\w.-]*[/@][\w.@-]*\w$/.test(value) ? value : harmlessJson(value);
}
