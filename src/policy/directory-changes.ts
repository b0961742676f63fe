/**
 * What lies between the directory as it is and as it is wanted. Pure: the same plan serves a dry run, the words
 * on the screen and the store's transaction.
 */
import type { Directory, OrganisationEntry, SourceSettings } from './directory.ts';
import type { EndpointWithSecret, FunctionNumber, Organisation, User } from './organisation.ts';

/** One thing to add, change or remove. `user` carries the user's numbers and devices with it. */
export type DirectoryChange =
  | { do: 'put-source'; is: 'new' | 'changed'; source: SourceSettings }
  | { do: 'remove-source'; id: string }
  | { do: 'put-organisation'; is: 'new' | 'changed'; organisation: Organisation }
  | { do: 'remove-organisation'; organisationId: string }
  | { do: 'put-user'; is: 'new' | 'changed'; organisationId: string; user: User }
  | { do: 'remove-user'; organisationId: string; userId: string }
  | {
      do: 'put-function-number';
      is: 'new' | 'changed';
      organisationId: string;
      functionNumber: FunctionNumber;
    }
  | { do: 'remove-function-number'; organisationId: string; number: string }
  | { do: 'put-endpoint'; is: 'new' | 'changed'; organisationId: string; endpoint: EndpointWithSecret }
  | { do: 'remove-endpoint'; organisationId: string; endpointId: string };

export type { Directory, OrganisationEntry };
