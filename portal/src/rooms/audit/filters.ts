/** Which changes are asked for; they stand in the page's address. */
import { momentOf, textOf, whatIsThere } from '../../ui/search-words.ts';

export const THINGS = [
  'organisation',
  'user',
  'function_number',
  'endpoint',
  'account',
  'invitation',
  'api_key',
  'session',
  'source',
] as const;

export interface Filters {
  thing?: (typeof THINGS)[number];
  /** Of the thing. */
  id?: string;
  /** The id of an account or key. */
  actor?: string;
  /** RFC 3339. */
  from?: string;
  until?: string;
}

export function readFilters({ thing, id, actor, from, until }: Record<string, unknown>): Filters {
  return whatIsThere({
    thing: THINGS.find((one) => one === thing),
    id: textOf(id),
    actor: textOf(actor),
    from: momentOf(from),
    until: momentOf(until),
  });
}
