/**
 * What a one-time link shows in a browser: how to use it. There are no pages to fill in yet, and the token stands behind
 * the `#`, which no server is told.
 */
import type { Link } from '../store/accounts.ts';
import { page } from './docs-page.ts';

/** The token stands behind `#`: no server on the way sees it, no log keeps it. */
export const LINK_PATHS: Readonly<Record<Link['purpose'], string>> = {
  'set-up': '/set-up',
  invitation: '/invitation',
  reset: '/password-reset',
};

const USES: Readonly<Record<Link['purpose'], { title: string; path: string; body: string }>> = {
  'set-up': {
    title: 'Make the first operator’s account',
    path: '/api/v1/set-up',
    body: '{"token":"…","email":"you@example.org","name":"Your Name","password":"…"}',
  },
  invitation: {
    title: 'Accept an invitation',
    path: '/api/v1/invitations/accept',
    body: '{"token":"…","name":"Your Name","password":"…"}',
  },
  reset: {
    title: 'Choose a new password',
    path: '/api/v1/password-resets/use',
    body: '{"token":"…","password":"…"}',
  },
};

/** @param publicUrl where the API is reached from outside */
export function linkPage(purpose: Link['purpose'], publicUrl: string): string {
  const { title, path, body } = USES[purpose];
  return page(
    title,
    `<p>The token is what stands behind the <code>#</code> of this address. It works once. In a terminal:</p>
<pre>curl -c cookies -H 'X-Callhook: 1' --json '${body}' \\
  ${publicUrl}${path}</pre>`,
  );
}
