import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { OVERLAP_RULE, readOverlap } from '../../command/rotate-secret.ts';
import { id, line, oneOf, strict } from '../../config/directory-file/shapes.ts';
import { SIGNINGS } from '../../policy/endpoint-settings.ts';
import { answered, taken } from '../openapi.ts';
import { secretOnce, time } from '../shapes.ts';

export const switched = answered(
  'EndpointSwitch',
  z.strictObject({ id: z.string(), enabled: z.boolean().meta({ description: 'Messages are sent to it' }) }),
);

export const rotateBody = taken(
  'RotateSecretBody',
  strict({
    overlap: z
      .string()
      .refine((text) => readOverlap(text) !== undefined, `must be ${OVERLAP_RULE}`)
      .optional()
      .meta({ description: 'How long the one before it signs too: 0s to 30d; 24h unless said' }),
    signing: oneOf(SIGNINGS).optional().meta({ description: 'As before unless said' }),
  }).prefault({}),
);

export const rotated = answered(
  'RotatedSecret',
  z.strictObject({
    id: z.string(),
    signing: z.enum(SIGNINGS),
    secret: secretOnce.optional(),
    public_key: z.string().optional().meta({ description: 'With ed25519: `whpk_…`, to verify with' }),
    public_keys_path: z
      .string()
      .optional()
      .meta({ description: 'With ed25519: where the public keys are served to everybody' }),
    former_signs_until: time
      .optional()
      .meta({ description: 'So long the one before it signs too; absent: it signs no more' }),
  }),
);

export const testBody = taken(
  'TestBody',
  strict({
    state: oneOf(LEG_STATES).optional().meta({ description: 'EARLY unless said' }),
    direction: oneOf(['INCOMING', 'OUTGOING']).optional().meta({ description: 'INCOMING unless said' }),
  }).prefault({}),
);

export const tested = answered(
  'Tested',
  z.strictObject({
    delivered: z.boolean(),
    outcome: z.string().meta({ description: '`delivered`, or the code of the failure (docs/ERRORS.md)' }),
    says: z.string().meta({ description: 'What happened, what it means and what to do' }),
    status: z.int().optional().meta({ description: 'Of the receiver’s answer, if there was one' }),
    response_body: z
      .string()
      .optional()
      .meta({ description: 'How the receiver’s answer begins, on one line, without numbers and addresses' }),
    started_at: time,
    duration_ms: z.int(),
    message_id: z.string().meta({ description: 'The `webhook-id`' }),
    sent: z
      .looseObject({ call_id: z.string(), state: z.string(), direction: z.string() })
      .meta({ description: 'The body that was sent' }),
  }),
);

const CHOICES = ['message', 'call', 'since', 'failed_since'] as const;

const replay = {
  endpoint: id,
  message: line.optional().meta({ description: 'One message, by its `webhook-id`' }),
  call: line.optional().meta({ description: 'All messages of one call, by its `call_id`' }),
  since: time.optional().meta({ description: 'All that were made since then' }),
  failed_since: time.optional().meta({ description: 'All that expired or became dead letters since then' }),
  asked_at: time.optional().meta({
    description:
      'When this was asked for first; now unless said. What was finished until then is sent again, each message once',
  }),
};

export const replayBody = taken(
  'ReplayBody',
  strict(replay)
    .superRefine((body, context) => {
      if (CHOICES.filter((name) => body[name] !== undefined).length === 1) return;
      context.addIssue({ code: 'custom', path: [], message: `say one of ${CHOICES.join(', ')}` });
    })
    .meta({ description: `\`endpoint\`, and exactly one of ${CHOICES.join(', ')}` }),
);

export const replayed = answered(
  'Replayed',
  z.strictObject({
    replayed: z.int().meta({ description: 'So many messages are on the way again' }),
    more: z.boolean().meta({ description: 'There may be more: post `next`' }),
    asked_at: time,
    next: z.strictObject(replay).optional().meta({ description: 'The body to post to go on' }),
  }),
);
