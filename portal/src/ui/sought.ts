/** What somebody looks for, in the address: `?q=1001`, which the router reads as a number. For `validateSearch`. */
export function sought({ q }: Record<string, unknown>): { q?: string } {
  return (typeof q === 'string' && q !== '') || typeof q === 'number' ? { q: String(q) } : {};
}
