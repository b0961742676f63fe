/** How an endpoint's messages prove who sent them, beside their signature: Basic, a bearer token, OAuth 2.0. */
import { z } from 'zod';
import type { Authentication } from '../../policy/endpoint-settings.ts';
import { problemOfUrl } from './endpoint-url.ts';
import { line, oneOf, strict, wordKind } from './shapes.ts';

const LONGEST = 4_096;

// oxlint-disable-next-line no-control-regex -- RFC 7617 section 2: no control characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const secretText = z
  .string()
  .min(1, 'is empty')
  .max(LONGEST, `is longer than ${LONGEST} characters`)
  .refine((text) => !CONTROL.test(text), 'must be one line');

/** Whatever may stand in a header field without ending it. */
const bearerToken = secretText.refine(
  (text) => /^[\x21-\x7e]+$/.test(text),
  'must be visible ASCII without spaces; write the token alone, without `Bearer`',
);

/** RFC 6749 appendix A: visible ASCII and spaces. */
const parameter = line.refine((text) => /^[\x20-\x7e]+$/.test(text), 'must be ASCII');

/** An address that the token of an OAuth 2.0 client is fetched from. */
const tokenUrl = z.string().superRefine((text, context) => {
  const problem = problemOfUrl(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const basic = strict({
  kind: z.literal('basic'),
  username: line.refine((name) => !name.includes(':'), 'must not have a `:` in it (RFC 7617)'),
  password: secretText,
});

const bearer = strict({ kind: z.literal('bearer'), token: bearerToken });

const oauth2 = strict({
  kind: z.literal('oauth2'),
  token_url: tokenUrl,
  client_id: parameter,
  client_secret: secretText,
  client_authentication: oneOf(['basic', 'post']).default('basic'),
  scope: parameter.optional(),
  audience: parameter.optional(),
  resource: parameter.optional(),
});

export const authenticationShape = z.discriminatedUnion('kind', [basic, bearer, oauth2], {
  error: wordKind(['basic', 'bearer', 'oauth2']),
});

/** What everybody may know of it, and what not. */
export function readAuthentication(given: z.output<typeof authenticationShape>): {
  authentication: Authentication;
  secret: string;
} {
  switch (given.kind) {
    case 'basic':
      return { authentication: { kind: 'basic', username: given.username }, secret: given.password };
    case 'bearer':
      return { authentication: { kind: 'bearer' }, secret: given.token };
    case 'oauth2': {
      const { scope, audience, resource } = given;
      const authentication: Authentication = {
        kind: 'oauth2',
        tokenUrl: given.token_url,
        clientId: given.client_id,
        clientAuthentication: given.client_authentication,
        ...(scope !== undefined && { scope }),
        ...(audience !== undefined && { audience }),
        ...(resource !== undefined && { resource }),
      };
      return { authentication, secret: given.client_secret };
    }
  }
}
