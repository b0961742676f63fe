/** What `callhook doctor` says: checks, devices and numbers, each in a line with what to do below it. Pure. */
import { styleText } from 'node:util';
import type { Check, FunctionGuess, Inspection, SeenDevice } from '../../source/inspection.ts';
import { harmless } from '../listen/harmless.ts';
import type { Comparison, MissingDevice } from './comparison.ts';

export interface Findings {
  sourceId: string;
  /** Where the directory was read from. */
  from: string;
  inspection: Inspection;
  /** Absent where the phone system did not tell its phones. */
  comparison?: Comparison;
}

/** How many lines of a kind are shown. */
const MOST_SHOWN = 20;
const MOST_CHARS = 100;

/** @returns whether something must change */
export function mustChange({ inspection, comparison }: Findings): boolean {
  return (
    inspection.checks.some(({ is }) => is === 'wrong') || (comparison?.onlyInDirectory.some(isWrong) ?? false)
  );
}

export function* reportLines(findings: Findings): Generator<string> {
  const { sourceId, inspection, comparison } = findings;
  yield `${styleText('bold', sourceId)}  ${plain(inspection.system)}`;
  yield '';
  const width = Math.max(...inspection.checks.map(({ about }) => about.length));
  for (const check of inspection.checks) yield* checkLines(check, width);
  if (comparison !== undefined) {
    yield '';
    yield* deviceLines(findings, comparison);
    yield* numberLines(comparison);
  }
  yield '';
  yield mustChange(findings)
    ? styleText('red', 'Something must change: see ✗.')
    : styleText('green', 'Callhook can work with it.');
}

/** @param width of the column with what it is about */
export function* checkLines(
  { about, is, says, advice = [] }: Check,
  width = about.length,
): Generator<string> {
  yield `  ${MARKS[is]()} ${about.padEnd(width)}  ${plain(says, Infinity)}`;
  for (const line of advice) yield `${' '.repeat(width + 6)}${plain(line, Infinity)}`;
}

function* deviceLines({ from, sourceId }: Findings, comparison: Comparison): Generator<string> {
  const { inBoth, onlySeen, trunks, onlyInDirectory } = comparison;
  yield styleText('bold', 'Phones');
  if (inBoth > 0) yield `  ${MARKS.fine()} ${count(inBoth, 'phone')} in both`;
  if (onlySeen.length > 0) {
    yield `  ${MARKS.improvable()} ${count(onlySeen.length, 'phone')} not in ${from}: calls there are not reported`;
    yield* rows(onlySeen, seenRow);
    yield `      \`callhook discover ${sourceId}\` writes them for the file.`;
  }
  const wrong = onlyInDirectory.filter(isWrong);
  if (wrong.length > 0) {
    yield `  ${MARKS.wrong()} ${count(wrong.length, 'device')} of ${from} that the phone system does not have`;
    yield* rows(wrong, missingRow);
  }
  const unsure = onlyInDirectory.filter((device) => !isWrong(device));
  if (unsure.length > 0) {
    yield `  ${MARKS.improvable()} ${count(unsure.length, 'device')} of ${from} that the phone system does not list`;
    yield* rows(unsure, missingRow);
  }
  if (trunks.length > 0) {
    yield `  ${MARKS.fine()} ${count(trunks.length, 'trunk')}, by the look of it: nobody’s phone`;
    yield* rows(trunks, ({ address, trunk = '' }) => [address, trunk]);
  }
  if (inBoth + onlySeen.length + trunks.length + onlyInDirectory.length === 0) yield '  none on either side';
}

function* numberLines({ newNumbers, usersNumbers, phonesNumbers }: Comparison): Generator<string> {
  if (newNumbers.length + usersNumbers.length + phonesNumbers.length === 0) return;
  yield '';
  yield `${styleText('bold', 'Numbers')}, by guess`;
  if (newNumbers.length > 0) {
    yield `  ${MARKS.improvable()} ${count(newNumbers.length, 'number')} where nobody sits, probably: for \`function_numbers\``;
    yield* rows(newNumbers, guessRow);
  }
  if (usersNumbers.length > 0) {
    yield `  ${MARKS.improvable()} ${count(usersNumbers.length, 'number')} of users where probably nobody sits`;
    yield* rows(usersNumbers, (guess) => [...guessRow(guess), `has ${guess.user}`]);
  }
  if (phonesNumbers.length > 0) {
    yield `  ${MARKS.improvable()} ${count(phonesNumbers.length, 'function number')} where a phone rings`;
    yield* rows(phonesNumbers, ({ number, address }) => [number, address]);
  }
}

function seenRow({ address, extensions, name = '', userAgents }: SeenDevice): string[] {
  return [address, extensions.join(', '), name, userAgents.join(', ')];
}

function missingRow({ address, user, near }: MissingDevice): string[] {
  return [address, `of ${user}`, near === undefined ? '' : `did you mean ${near}?`];
}

function guessRow({ number, kind, because }: FunctionGuess): string[] {
  return [number, kind, because];
}

/** One that only differs in capital letters is wrong whatever is listed: they count. */
function isWrong({ isCertain, near, address }: MissingDevice): boolean {
  return isCertain || near?.toLowerCase() === address.toLowerCase();
}

/** In columns; a column that is empty throughout is left out. */
function* rows<Item>(items: readonly Item[], cells: (item: Item) => string[]): Generator<string> {
  const shown = items.slice(0, MOST_SHOWN).map((item) => cells(item).map((cell) => plain(cell)));
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of shown) {
    const padded = row.flatMap((cell, column) =>
      widths[column] === 0 ? [] : [cell.padEnd(widths[column] ?? 0)],
    );
    yield `      ${padded.join('  ').trimEnd()}`;
  }
  const more = items.length - MOST_SHOWN;
  if (more > 0) yield `      … and ${more.toLocaleString('en')} more`;
}

function count(number: number, of: string): string {
  return `${number.toLocaleString('en')} ${of}${number === 1 ? '' : 's'}`;
}

const MARKS = {
  fine: () => styleText('green', '✓'),
  improvable: () => styleText('yellow', '!'),
  wrong: () => styleText('red', '✗'),
};

/** A peer's text may hold anything. */
function plain(text: string, most = MOST_CHARS): string {
  const safe = harmless(text);
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}
