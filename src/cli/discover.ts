/** `callhook discover SOURCE`: a first directory file, made of what the phone system tells, for the operator to complete. */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { OrganisationEntry } from '../policy/directory.ts';
import { isKnownCountry } from '../policy/phone-number.ts';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import type { Inspection } from '../source/inspection.ts';
import { draftLines, type Draft } from './discover/draft.ts';
import { secretReference } from './discover/secret-reference.ts';
import { compare } from './doctor/comparison.ts';
import { inspectUntilStopped } from './doctor/inspect-source.ts';
import { checkLines } from './doctor/report.ts';
import { findSubject } from './doctor/subject.ts';

interface Options {
  with?: string;
  organisation?: string;
  country?: string;
  output?: string;
  force?: boolean;
  config?: string;
}

export function discoverCommand(): Command {
  return new Command('discover')
    .description('Write a first directory file of the phones that a phone system has.')
    .argument('<source>', 'the id of a source')
    .option('--with <file>', 'a file as for `apply` that has the source; default: what was applied')
    .option('--organisation <id>', 'whose people they are (default: the directory’s only one)', readId)
    .option('--country <code>', 'how numbers without a country code are read, such as FI', readCountry)
    .option('--output <file>', 'where to write it (default: standard output)')
    .option('--force', 'also over a file that is there')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(discover);
}

async function discover(sourceId: string, options: Options): Promise<void> {
  const subject = await findSubject(sourceId, options);
  const organisation = organisationOf(subject.directory.organisations, options);
  const inspection = await inspectUntilStopped(subject, { names: true, waitMs: 0, waiting: () => {} });
  if (inspection.devices === undefined) return refuse(inspection);
  const { onlySeen, trunks, newNumbers, inBoth } = compare(inspection, sourceId, subject.directory);
  const draft: Draft = {
    source: subject.source,
    secretReference: secretReference(options.with, sourceId),
    organisation,
    devices: onlySeen,
    trunks,
    functionNumbers: newNumbers,
    known: inBoth,
  };
  const text = `${[...draftLines(draft)].join('\n')}\n`;
  if (options.output === undefined) {
    process.stdout.write(text);
    return;
  }
  write(options.output, text, options.force ?? false);
  const count = `${onlySeen.length.toLocaleString('en')} phone${onlySeen.length === 1 ? '' : 's'}`;
  process.stderr.write(
    `${options.output}: ${count}. Complete it, then: callhook apply ${options.output} --dry-run\n`,
  );
}

/** @throws CallhookError `USAGE` */
function organisationOf(known: readonly OrganisationEntry[], options: Options): Draft['organisation'] {
  const asked = options.organisation;
  const entry = asked === undefined && known.length === 1 ? known[0] : known.find(({ id }) => id === asked);
  const id = entry?.id ?? asked ?? 'my-organisation';
  const country = options.country ?? entry?.defaultCountry;
  if (asked === undefined && known.length > 1) {
    const ids = known.map((one) => one.id).join(', ');
    throw new CallhookError('USAGE', `Say with --organisation whose people they are: ${ids}, or a new one.`);
  }
  if (country === undefined) {
    throw new CallhookError(
      'USAGE',
      'Say with --country how numbers without a country code are read, such as --country FI.',
    );
  }
  return { id, name: entry?.name ?? id, country };
}

/** Nothing was told: what doctor would say of it. */
function refuse({ checks }: Inspection): void {
  const wrong = checks.filter(({ is }) => is === 'wrong');
  if (wrong.length === 0)
    throw new CallhookError('USAGE', 'A source of this kind does not tell which phones there are.');
  for (const check of wrong) for (const line of checkLines(check)) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}

/** @throws CallhookError `FILE_NOT_WRITTEN` */
function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    const code = systemCodeOf(cause);
    const why =
      code === 'EEXIST'
        ? 'is there already and was left alone; --force writes over it'
        : `cannot be written (${code ?? 'unknown reason'})`;
    throw new CallhookError('FILE_NOT_WRITTEN', `${file} ${why}.`, { cause });
  }
}

function readId(text: string): string {
  if (/^[a-z0-9][a-z0-9-_.]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('1 to 63 of a-z, 0-9, `-`, `_` and `.` are wanted, such as acme.');
}

function readCountry(text: string): string {
  if (isKnownCountry(text)) return text;
  throw new InvalidArgumentError('A country by its two capital letters (ISO 3166) is wanted, such as FI.');
}
