/** Which addresses an endpoint may have, as far as their text tells. What they resolve to is checked at the dial. */

/** @returns what is wrong and what is allowed, undefined if nothing is */
export function problemOfUrl(text: string): string | undefined {
  const url = URL.parse(text);
  // The parser drops white space silently; the address that is read has to be the one that is called.
  if (url === null || /\s/.test(text))
    return 'is no URL; give one such as https://crm.example.com/hooks/calls';
  if (url.protocol === 'http:') {
    return 'begins with http://, which would send calls readable by anyone on the way; only https:// is allowed';
  }
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') {
    return 'has a user name or password in it; leave them out, the receiver knows a message by its signature';
  }
  return undefined;
}
