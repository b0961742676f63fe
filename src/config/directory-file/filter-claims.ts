/** Whom an endpoint's filter names has to be in its organisation: a slip would keep calls back silently. */
import { isKnownCountry, normaliseNumber } from '../../policy/phone-number.ts';
import { nearWord } from './near-word.ts';
import type { Problem } from './problem.ts';
import { listOf, partOf, textOf, textsOf, type Part } from './tree-parts.ts';

/** An organisation whose users come from elsewhere has none in the file: then nothing can be said. */
export function checkFilter(endpoint: Part, organisation: Part): readonly Problem[] {
  const filter = partOf(endpoint, 'filter');
  const users = filter.value === undefined ? [] : listOf(organisation, 'users');
  if (users.length === 0) return [];
  return [
    ...checkUsers(filter, users),
    ...checkNumbers(filter, users, textOf(organisation, 'default_country')),
  ];
}

function checkUsers(filter: Part, users: readonly Part[]): Problem[] {
  const known = textsOf(users, 'user_id').map(([, id]) => id);
  return listOf(filter, 'users').flatMap(({ path, value }) => {
    if (typeof value !== 'string' || known.includes(value)) return [];
    const near = nearWord(value, known);
    const meant = near === undefined ? '' : `, did you mean ${near}?`;
    return [{ path, text: `is no user_id of this organisation${meant}` }];
  });
}

function checkNumbers(filter: Part, users: readonly Part[], country: string | undefined): Problem[] {
  if (country === undefined || !isKnownCountry(country)) return [];
  const numbers = users.flatMap((user) => [...listOf(user, 'numbers'), ...listOf(user, 'extensions')]);
  const known = new Set(numbers.map(({ value }) => read(value, country)));
  return listOf(filter, 'numbers').flatMap(({ path, value }) => {
    if (typeof value !== 'string' || known.has(read(value, country))) return [];
    return [{ path, text: 'is no number or extension of a user of this organisation' }];
  });
}

function read(value: unknown, country: string): string | undefined {
  return typeof value === 'string' ? (normaliseNumber(value, country) ?? value) : undefined;
}
