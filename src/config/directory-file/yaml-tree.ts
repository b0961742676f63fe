/**
 * A YAML text as plain values, every scalar as the text it is written in, and the way back from a value to its
 * line. `0401` and `+358942721001` are no numbers here (YAML's `failsafe` schema): a phone number keeps each digit.
 *
 * Measured: reading YAML is most of the time of a large file (50,000 users, 12 MB: about 5 s of CPU).
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import type { Path, Problem } from './problem.ts';

export interface YamlTree {
  /** Strings, arrays and objects; undefined where nothing, `~` or `null` is written. */
  value: unknown;
  /** Of the value, or of the nearest thing around it. The first line is 1. */
  lineOf(path: Path): number;
}

/** A file has six levels; more is an alias that holds itself. */
const MAX_DEPTH = 32;

/** How many values may come out of aliases, so that a small text cannot grow without end. */
const MAX_ALIASED = 100_000;

/** @param refuse is given what keeps the text from being read; must throw */
export function readYaml(
  text: string,
  refuse: (problems: readonly Problem[], lineOf: (path: Path) => number) => never,
): YamlTree {
  const { value, problems } = parse(text, refuse);
  // The parsed document is 60 times the text; it is not kept for a line that is hardly ever asked for.
  let reparsed: Parsed | undefined;
  const lineOf = (path: Path) => {
    reparsed ??= parse(text, refuse);
    return reparsed.lines.linePos(offsetOf(reparsed.document, path)).line;
  };
  if (problems.length > 0) refuse(problems, lineOf);
  return { value, lineOf };
}

interface Parsed {
  document: Document.Parsed;
  lines: LineCounter;
  value: unknown;
  problems: readonly Problem[];
}

function parse(
  text: string,
  refuse: (problems: readonly Problem[], lineOf: (path: Path) => number) => never,
): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe', prettyErrors: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    // A syntax error has no path: it stands for its own line.
    const lineOfFault = new Map<Path, number>();
    const problems = faults.map((fault): Problem => {
      const path: Path = [];
      lineOfFault.set(path, lines.linePos(fault.pos[0]).line);
      return { path, text: wordFault(fault.code) };
    });
    refuse(problems, (path) => lineOfFault.get(path) ?? 1);
  }
  return { document, lines, ...plainValue(document) };
}

function plainValue(document: Document.Parsed): { value: unknown; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  /** Where we are. One array for the whole way: a large file has a million places. */
  const path: (string | number)[] = [];
  /** Those passed so far: an alias means the last one before it. (The parser's `resolve` searches the whole file.) */
  const anchors = new Map<string, Node>();
  let aliased = 0;
  const refuse = (text: string): undefined => void problems.push({ path: [...path], text });

  const valueAt = (step: string | number, node: unknown, inAlias: boolean): unknown => {
    path.push(step);
    const value = valueOf(node, inAlias);
    path.pop();
    return value;
  };
  const valueOf = (node: unknown, inAlias: boolean): unknown => {
    if (inAlias && ++aliased > MAX_ALIASED) {
      return aliased === MAX_ALIASED + 1
        ? refuse('too much is repeated through aliases (`*name`)')
        : undefined;
    }
    if (path.length > MAX_DEPTH) return refuse('is nested too deeply');
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      return target === undefined
        ? refuse('this alias (`*name`) has no anchor (`&name`) before it')
        : valueOf(target, true);
    }
    if (isNode(node) && node.anchor !== undefined && !inAlias) anchors.set(node.anchor, node);
    if (isSeq(node)) return node.items.map((item, index) => valueAt(index, item, inAlias));
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : (refuse('has a key that is no plain word') ?? '');
        return [name, valueAt(name, value, inAlias)];
      });
      return Object.fromEntries(entries) as unknown;
    }
    if (!isScalar(node)) return undefined;
    const isNothing = node.type === 'PLAIN' && ['', '~', 'null'].includes(String(node.value));
    return isNothing ? undefined : String(node.value);
  };
  return { value: valueOf(document.contents, false), problems };
}

/** Goes down as far as the path is there. A key's own place counts as its value's: that is where one looks. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      node = pair?.value;
      offset = startOf(pair?.key) ?? offset;
    } else break;
  }
  return offset ?? 0;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** The parser's own words quote the text, in which there may be a secret. */
function wordFault(code: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key is there twice in the same place; keep one of them';
    case 'TAB_AS_INDENT':
      return 'a tab is used to indent; YAML only takes spaces';
    case 'BAD_INDENT':
      return 'the indentation does not fit, or a bracket is not closed; things of one list or mapping begin in the same column';
    case 'MULTIPLE_DOCS':
      return 'a second document begins here (`---`); a file holds one';
    case 'MISSING_CHAR':
      return 'a character is missing here: a `:`, a comma, a closing quote or a closing bracket';
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return 'this line cannot be read as `key: value`; put a value with `: ` in it into quotes';
    case 'BAD_SCALAR_START':
      return 'a value cannot begin with this character; put it into quotes';
    case 'BAD_DQ_ESCAPE':
      return 'a `\\` in double quotes begins an escape; use single quotes to write it as it is';
    case 'TAG_RESOLVE_FAILED':
      return 'a tag (`!name`) has no meaning here; put a value that begins with `!` into quotes';
    default:
      return `this is not YAML (${code})`;
  }
}
