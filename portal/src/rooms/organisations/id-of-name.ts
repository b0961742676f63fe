const LONGEST = 63;

/** `Hämeen Kello Oy` → `hameen-kello-oy`: what an organisation may be called in addresses. */
export function idOfName(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, '');
}
