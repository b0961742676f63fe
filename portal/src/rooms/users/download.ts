/** Gives the reader a table as a CSV file. */
export async function download(
  name: string,
  rows: readonly (readonly string[])[],
  language: string,
): Promise<void> {
  const { writeCsv } = await import('./csv.ts');
  const address = URL.createObjectURL(new Blob([writeCsv(rows, language)], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
