/** CSV as spreadsheets write it: any usual separator, any usual encoding; each row with the line where it begins. */
import Papa from 'papaparse';

export interface CsvRow {
  /** The first is 1. */
  line: number;
  cells: readonly string[];
}

export interface CsvTable {
  rows: readonly CsvRow[];
  /** Lines where a quotation mark is not closed, or where something follows it. */
  broken: readonly number[];
}

const SEPARATORS = [',', ';', '\t'];
const BYTE_ORDER_MARK = '\ufeff';
/** What a spreadsheet would take for a formula; a plus and a digit are a number. */
const FORMULA = /^(?:[=@\-\t\r]|\+(?!\d))/;

/** UTF-8, else what Excel writes: UTF-16 with its mark, or Windows-1252. */
export function textOfFile(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

export function parseCsv(text: string): CsvTable {
  const { data, errors } = Papa.parse<string[]>(text.replace(BYTE_ORDER_MARK, ''), {
    delimiter: separatorOf(text),
  });
  let line = 1;
  const rows = data.map((cells): CsvRow => {
    const row = { line, cells: cells.map(cleaned) };
    line += 1 + cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
    return row;
  });
  const lineOf = (index = 0) => rows[index]?.line ?? line;
  return {
    rows: rows.filter(({ cells }) => cells.some((cell) => cell !== '')),
    broken: [...new Set(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => lineOf(row)))],
  };
}

/** The one that divides the titles into most. */
function separatorOf(text: string): string {
  const [titles = ''] = text.trimStart().split(/\r\n|\r|\n/, 1);
  const parts = (separator: string) => titles.split(separator).length;
  return SEPARATORS.reduce((best, one) => (parts(one) > parts(best) ? one : best));
}

/** `writeCsv` puts an apostrophe before what would be a formula. */
function cleaned(cell: string): string {
  const text = cell.trim();
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

/** @param language where a comma stands in decimal numbers, spreadsheets read semicolons */
export function writeCsv(rows: readonly (readonly string[])[], language: string): string {
  const decimal = new Intl.NumberFormat(language).formatToParts(0.5).find(({ type }) => type === 'decimal');
  const delimiter = decimal?.value === ',' ? ';' : ',';
  return BYTE_ORDER_MARK + Papa.unparse(rows as string[][], { delimiter, escapeFormulae: FORMULA });
}
