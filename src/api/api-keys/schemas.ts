import { z } from 'zod';
import { id, line, oneOf } from '../../config/directory-file/shapes.ts';
import { KEY_SCOPES } from '../../policy/access.ts';
import type { ApiKey } from '../../store/accounts.ts';
import { madeId } from '../accounts/schemas.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { secretOnce, time, timeText } from '../shapes.ts';

export const ofKey = z.object({ key: madeId });
export const ofKeyInOrganisation = z.object({ organisation: id, key: madeId });

const expires = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2027-01-01T00:00:00Z' })
  .optional()
  .meta({ description: 'Left out: it does not expire' });

export const keyBody = taken('ApiKeyBody', z.strictObject({ name: line, scope: oneOf(KEY_SCOPES), expires }));

export const keyInOrganisationBody = taken(
  'ApiKeyInOrganisationBody',
  z.strictObject({ name: line, scope: oneOf(['read', 'write']), expires }),
);

const shape = {
  id: z.string(),
  name: z.string(),
  scope: z.enum(KEY_SCOPES),
  organisation: z.string().optional().meta({ description: 'Absent: the operator’s, for all of them' }),
  prefix: z.string().meta({ description: 'How the key begins' }),
  created: time,
  expires: time.optional(),
  last_used: time.optional().meta({ description: 'To the minute' }),
};

export const apiKey = answered('ApiKey', z.strictObject(shape));
export const apiKeyPage = answered('ApiKeyPage', pageOf(apiKey));
export const madeApiKey = answered('MadeApiKey', z.strictObject({ ...shape, key: secretOnce }));

export function keyWords(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    scope: key.scope,
    ...(key.organisationId !== undefined && { organisation: key.organisationId }),
    prefix: key.prefix,
    created: timeText(key.createdAtMs),
    ...(key.expiresAtMs !== undefined && { expires: timeText(key.expiresAtMs) }),
    ...(key.lastUsedAtMs !== undefined && { last_used: timeText(key.lastUsedAtMs) }),
  };
}
