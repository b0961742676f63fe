/** Something wrong with a directory file, and where. */
import { CallhookError } from '../../runtime/errors.ts';

/** From the file's top: keys of mappings and positions in lists. */
export type Path = readonly (string | number)[];

/** `text`: what is wrong, and what is allowed instead. Never the value itself: it may be a secret or a number. */
export interface Problem {
  path: Path;
  text: string;
  /** Where programs shall tell it apart from the others. */
  code?: 'DEVICE_NOT_ALLOWED';
}

const MAX_SHOWN = 20;

/** One line per problem, in the file's order: `FILE:LINE: PATH: what is wrong; what is allowed`. */
export function invalidFile(
  file: string,
  problems: readonly Problem[],
  lineOf: (path: Path) => number,
): CallhookError {
  const placed = problems.map((problem) => ({ ...problem, line: lineOf(problem.path) }));
  const lines = placed
    .toSorted((a, b) => a.line - b.line)
    .slice(0, MAX_SHOWN)
    .map(({ path, line, text }) => {
      const where = pathText(path);
      return `${file}:${line}: ${where === '' ? '' : `${where}: `}${text}`;
    });
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`… and ${more.toLocaleString('en')} more ${more === 1 ? 'problem' : 'problems'}`);
  return new CallhookError('DIRECTORY_FILE_INVALID', lines.join('\n'));
}

/** `organisations[0].users[3].numbers[1]`. An odd key stays unsaid: in `{ secret:abc }` it is the secret. */
function pathText(path: Path): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\w-]{1,40}$/.test(step) ? `.${step}` : '[…]';
    })
    .join('')
    .replace(/^\./, '');
}
