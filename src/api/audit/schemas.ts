import { z } from 'zod';
import { AUDITED_ACTIONS, AUDITED_THINGS } from '../../policy/audit.ts';
import { answered } from '../openapi.ts';
import { pageOf, PRINTABLE } from '../pages.ts';
import { time } from '../shapes.ts';

export const auditFilter = {
  thing: z.enum(AUDITED_THINGS).optional(),
  id: z
    .string()
    .max(255)
    .regex(PRINTABLE, 'holds what nobody can print')
    .optional()
    .meta({ description: 'Of the thing' }),
  actor: z
    .string()
    .max(255)
    .regex(PRINTABLE, 'holds what nobody can print')
    .optional()
    .meta({ description: 'Id of the account or key' }),
  from: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-23T08:00:00Z' }).optional(),
  until: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-23T08:00:00Z' }).optional(),
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
