import { z } from 'zod';
import { AUDITED_ACTIONS, AUDITED_THINGS } from '../../policy/audit.ts';
import { answered } from '../openapi.ts';
import { moment, pageOf, sought } from '../pages.ts';
import { time } from '../shapes.ts';

export const auditFilter = {
  thing: z.enum(AUDITED_THINGS).optional(),
  id: sought.optional().meta({ description: 'Of the thing' }),
  actor: sought.optional().meta({ description: 'Id of the account or key' }),
  from: moment.optional(),
  until: moment.optional(),
};

const words = z.record(z.string(), z.unknown());

export const auditEntry = answered(
  'AuditEntry',
  z.strictObject({
    number: z.int(),
    at: time,
    organisation: z.string().optional(),
    actor: z.strictObject({
      kind: z.enum(['account', 'key', 'link', 'system']),
      id: z.string(),
      name: z.string(),
    }),
    address: z
      .string()
      .optional()
      .meta({ description: 'Of the network; absent for a command on the machine' }),
    client: z.string().optional(),
    request_id: z.string().optional(),
    action: z.enum(AUDITED_ACTIONS),
    thing: z.enum(AUDITED_THINGS),
    id: z.string(),
    before: words.optional().meta({ description: 'Secrets are fingerprints' }),
    after: words.optional(),
  }),
);

export const auditPage = answered('AuditPage', pageOf(auditEntry));
