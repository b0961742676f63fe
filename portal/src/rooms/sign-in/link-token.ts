import { useState } from 'react';

/** What stands behind the `#` of a one-time link; taken out of the address, so that no history keeps it. */
export function useLinkToken(): string {
  const [token] = useState(() => window.location.hash.slice(1));
  if (window.location.hash !== '')
    window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}
