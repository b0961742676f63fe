/** What stands in brackets behind a change: what is different, or what goes with it. Never a secret. Pure. */
import type { DirectoryChange } from '../policy/directory-changes.ts';
import {
  endpointDifferences,
  functionNumberDifferences,
  organisationDifferences,
  sourceDifferences,
  userDifferences,
} from '../policy/directory-differences.ts';
import type { Directory, OrganisationEntry } from '../policy/directory.ts';

/**
 * @param current the directory before the change
 * @returns empty where there is nothing to add
 */
export function changeDetails(change: DirectoryChange, current: Directory): string[] {
  const entryOf = (id: string): OrganisationEntry | undefined =>
    current.organisations.find((entry) => entry.id === id);

  switch (change.do) {
    case 'put-source': {
      const { source } = change;
      const before = current.sources.find(({ id }) => id === source.id);
      return before === undefined ? [] : sourceDifferences(before, source);
    }
    case 'put-organisation': {
      const before = entryOf(change.organisation.id);
      return before === undefined ? [] : organisationDifferences(before, change.organisation);
    }
    case 'put-user': {
      const { user, organisationId } = change;
      const before = entryOf(organisationId)?.users.find(({ userId }) => userId === user.userId);
      return before === undefined ? [] : userDifferences(before, user);
    }
    case 'put-function-number': {
      const { functionNumber, organisationId } = change;
      const all = entryOf(organisationId)?.functionNumbers;
      const before = all?.find(({ number }) => number === functionNumber.number);
      return before === undefined ? [] : functionNumberDifferences(before, functionNumber);
    }
    case 'put-endpoint': {
      const { endpoint, organisationId } = change;
      const before = entryOf(organisationId)?.endpoints.find(({ id }) => id === endpoint.id);
      return before === undefined ? [] : endpointDifferences(before, endpoint);
    }
    case 'remove-organisation': {
      const entry = entryOf(change.organisationId);
      return entry === undefined
        ? []
        : [`its users: ${entry.users.length}, its endpoints: ${entry.endpoints.length}`];
    }
    case 'remove-source':
    case 'remove-user':
    case 'remove-function-number':
    case 'remove-endpoint':
      return [];
  }
}
