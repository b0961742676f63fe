/** What an endpoint is called if nobody says: the host of its address. */
export function nameFor(url: string): string {
  const host =
    URL.parse(url)
      ?.hostname.toLowerCase()
      .replaceAll(/[^a-z0-9._-]/g, '') ?? '';
  return /^[a-z0-9]/.test(host) ? host.slice(0, 63) : 'crm';
}
