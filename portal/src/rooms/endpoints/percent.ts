/** `99.5 %`; never 100 % where something failed. */
export function percentWords(language: string, share: number): string {
  const format = new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: 1,
    roundingMode: 'trunc',
  });
  return format.format(share);
}
