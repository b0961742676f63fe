/** The narrow reads of the directory, for who looks at or changes one thing among many. Part of the store's contract. */
import type { Directory, SourceSettings } from '../policy/directory.ts';
import type { EndpointWithSecret, FunctionNumber, Organisation, User } from '../policy/organisation.ts';
import type { Page } from './accounts.ts';

/** What a change inside an organisation is about. */
export interface Concerned {
  userIds?: readonly string[];
  devices?: readonly { source: string; address: string }[];
  /** Public numbers (E.164) and extensions. */
  numbers?: readonly string[];
  endpointIds?: readonly string[];
}

export interface DirectoryPages {
  /** Operator's: by id. @param search part of id or name */
  organisations(page: Page, search?: string): Promise<readonly Organisation[]>;
  organisation(organisationId: string): Promise<Organisation | undefined>;
  /** By user id. @param search part of user id, e-mail, number or extension */
  users(organisationId: string, page: Page, search?: string): Promise<readonly User[]>;
  user(organisationId: string, userId: string): Promise<User | undefined>;
  /** By number. */
  functionNumbers(organisationId: string, page: Page): Promise<readonly FunctionNumber[]>;
  /** By id. Secrets in clear: whoever asks must not show them. */
  endpoints(organisationId: string, page: Page): Promise<readonly EndpointWithSecret[]>;
  endpoint(organisationId: string, endpointId: string): Promise<EndpointWithSecret | undefined>;
  /** Operator's. */
  source(id: string): Promise<SourceSettings | undefined>;
  /** Operator's: is a device of anybody's on it, or an organisation allowed devices of it? */
  isSourceUsed(id: string): Promise<boolean>;
  /**
   * As much of the directory as a change of these things needs to see: the organisation with those of its users, function
   * numbers and endpoints, and, of it and of others, the users who have one of the devices or numbers now. No sources.
   */
  around(organisationId: string, concerned: Concerned): Promise<Directory>;
}
