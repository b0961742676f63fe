import { z } from 'zod';
import { answered } from '../openapi.ts';
import { moment, sought } from '../pages.ts';
import { time } from '../shapes.ts';

const MINUTE_MS = 60_000;

export const STEPS_MS = {
  '10m': 10 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '6h': 360 * MINUTE_MS,
  '1d': 1_440 * MINUTE_MS,
} as const;
const STEPS = Object.keys(STEPS_MS) as [keyof typeof STEPS_MS, ...(keyof typeof STEPS_MS)[]];

export const statisticsQuery = z.object({
  endpoint: sought.optional().meta({ description: 'Left out: all of them together' }),
  from: moment.optional().meta({ description: 'Left out: a day before `to`' }),
  to: moment.optional().meta({ description: 'Left out: now' }),
  step: z.enum(STEPS, { error: `must be one of ${STEPS.join(', ')}` }).default('1h'),
});

const figures = answered(
  'Figures',
  z.strictObject({
    at: time.meta({ description: 'Where the step begins, UTC' }),
    delivered: z.int(),
    failed: z.int().meta({ description: 'Attempts; a message may have many' }),
    expired: z.int(),
    dead: z.int(),
    latency_ms: z
      .strictObject({ p50: z.int(), p95: z.int(), p99: z.int() })
      .optional()
      .meta({ description: 'How long receivers took, to a tenth; absent where nothing was delivered' }),
  }),
);

export const statistics = answered(
  'Statistics',
  z.strictObject({
    from: time,
    to: time,
    step: z.enum(STEPS),
    items: z
      .array(figures)
      .meta({ description: 'Oldest first; steps in which nothing came of any message are left out' }),
  }),
);
