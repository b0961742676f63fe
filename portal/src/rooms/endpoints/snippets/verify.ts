import { createHmac, timingSafeEqual } from 'node:crypto';

/** @param secret `whsec_…`, from the environment or a secret store, never in the code
 *  @param body the request's body as it came, before it is parsed */
export function isGenuine(secret: string, headers: Record<string, string>, body: string): boolean {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  // Older than five minutes: somebody may be sending a copy.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  // While the secret is being changed there are two signatures; one has to be right.
  return (headers['webhook-signature'] ?? '').split(' ').some((part) => {
    const given = Buffer.from(part.replace('v1,', ''), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
