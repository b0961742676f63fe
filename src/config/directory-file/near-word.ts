/** Finds what somebody meant to type. */

/** @returns the one of `known` that is a slip of the hand away from `word`, if there is one */
export function nearWord(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => distance(word.toLowerCase(), candidate.toLowerCase()));
  const least = Math.min(...distances);
  // Two, because letters that changed places count as two.
  const most = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return least <= most ? known[distances.indexOf(least)] : undefined;
}

/** Levenshtein: how many letters must be added, removed or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const [diagonal = 0, above = 0] = row.slice(j, j + 2);
      next.push(Math.min(diagonal + (a[i] === b[j] ? 0 : 1), above + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
