/** Two JSON objects line by line; the one after has no keys of its own. */
export interface Line {
  name: string;
  change: 'same' | 'masked' | 'removed';
  before: unknown;
  after: unknown;
}

export function comparedLines(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Line[] {
  return Object.entries(before).map(([name, value]) => {
    const change = !(name in after) ? 'removed' : after[name] === value ? 'same' : 'masked';
    return { name, change, before: value, after: after[name] };
  });
}
