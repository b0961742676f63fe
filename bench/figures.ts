/** How figures are printed. */

export function perSecond(rate: number): string {
  return Math.round(rate).toLocaleString('en').padStart(7);
}

/** @param share 0.5 for the median, 0.99 for what one in a hundred exceeds */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
