/** Times as people write them in the directory file. */
const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30s` → 30,000. @param text a whole number and `ms`, `s`, `m`, `h` or `d` */
export function readDuration(text: string): number {
  const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof UNIT_MS;
  return Number.parseInt(text, 10) * UNIT_MS[unit];
}
