/** The shapes that the routes share: those of the directory file, as JSON. */
import { z } from 'zod';
import { directoryShapes } from '../config/directory-file/schema.ts';
import { id, line } from '../config/directory-file/shapes.ts';
import { normaliseEmail } from '../policy/account.ts';

export const SHAPES = directoryShapes('json', 'resolve', Date.now);

export const inOrganisation = z.object({ organisation: id });

export const email = line
  .max(254, 'is longer than 254 characters')
  .regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/, 'is no e-mail address')
  .transform(normaliseEmail);

/** RFC 3339, in UTC. */
export const time = z.iso.datetime();

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** A secret that is shown once. */
export const secretOnce = z.string().meta({ description: 'Shown only now' });
