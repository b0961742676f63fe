/** How long something lasted. */

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** As on a telephone's display: `0:07`, `12:30`, `1:02:03`. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** In a sentence: `0.4 sec`, `12 sec`, `3 min`, `2 days`. */
export function spanText(ms: number, language: string): string {
  const seconds = ms / 1_000;
  const [unit, length] =
    seconds < 100 ? (['second', 1] as const) : (UNITS.find((one) => seconds >= 1.5 * one[1]) ?? UNITS[2]);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: seconds < 10 ? 1 : 0,
  }).format(seconds / length);
}
