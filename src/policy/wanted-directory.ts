/**
 * The directory as somebody wants it, before it is complete: a file may say nothing about sources, or give an
 * endpoint no secret. `completeDirectory` fills the gaps from the directory as it is. Pure.
 */
import type { Directory, OrganisationEntry, SourceSettings } from './directory.ts';
import {
  OPEN_PRIVACY,
  type Endpoint,
  type EndpointWithSecret,
  type PrivacySettings,
} from './organisation.ts';

/** Without `secret`, the endpoint keeps the one it has; a new endpoint gets one made. */
export interface WantedEndpoint extends Endpoint {
  secret?: string;
}

/** Without `privacy`, the organisation keeps what it has, even when the rest is pruned; a new one shares all. */
export interface WantedOrganisation extends Omit<OrganisationEntry, 'endpoints' | 'privacy'> {
  privacy?: PrivacySettings;
  endpoints: readonly WantedEndpoint[];
}

/** An absent list is not an empty one: it says nothing, and what is there stays, even when the rest is pruned. */
export interface WantedDirectory {
  sources?: readonly SourceSettings[];
  organisations?: readonly WantedOrganisation[];
}

/** A secret that was made here. It has to be shown to a person once: nobody else knows it. */
export interface GeneratedSecret {
  organisationId: string;
  endpointId: string;
  secret: string;
}

/** @param generate makes a new secret; called once per endpoint that is new and has none */
export function completeDirectory(
  wanted: WantedDirectory,
  current: Directory,
  generate: () => string,
): { directory: Directory; generated: readonly GeneratedSecret[] } {
  const generated: GeneratedSecret[] = [];
  const secretOf = (organisationId: string, endpointId: string): string => {
    const secret = generate();
    generated.push({ organisationId, endpointId, secret });
    return secret;
  };
  const currentById = new Map(current.organisations.map((organisation) => [organisation.id, organisation]));

  const complete = (organisation: WantedOrganisation): OrganisationEntry => {
    const before = currentById.get(organisation.id);
    const existing = new Map(before?.endpoints.map(({ id, secret }) => [id, secret]));
    const endpoints = organisation.endpoints.map((endpoint): EndpointWithSecret => {
      const secret = endpoint.secret ?? existing.get(endpoint.id) ?? secretOf(organisation.id, endpoint.id);
      return { ...endpoint, secret };
    });
    const privacy = organisation.privacy ?? before?.privacy ?? OPEN_PRIVACY;
    return { ...organisation, privacy, endpoints };
  };

  const directory = {
    sources: wanted.sources ?? current.sources,
    organisations: wanted.organisations?.map(complete) ?? current.organisations,
  };
  return { directory, generated };
}
