/**
 * The directory as somebody wants it, before it is complete: a file may say nothing about sources, or give an
 * endpoint no secret. `completeDirectory` fills the gaps from the directory as it is. Pure.
 */
import type {
  AmiSettings,
  DialogInfoSettings,
  Directory,
  EslSettings,
  HttpSettings,
  OrganisationEntry,
  SourceSettings,
} from './directory.ts';
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

/** Without `secret`, a source keeps the one it has. A new one that is posted to gets one made. */
export type WantedSource =
  | (Omit<AmiSettings, 'secret'> & { secret?: string })
  | (Omit<EslSettings, 'secret'> & { secret?: string })
  | (Omit<DialogInfoSettings, 'secret'> & { secret?: string })
  | (Omit<HttpSettings, 'secret'> & { secret?: string });

/** An absent list is not an empty one: it says nothing, and what is there stays, even when the rest is pruned. */
export interface WantedDirectory {
  sources?: readonly WantedSource[];
  organisations?: readonly WantedOrganisation[];
}

/** A secret that was made here. It has to be shown to a person once: nobody else knows it. */
export type GeneratedSecret = { secret: string } & (
  { of: 'endpoint'; organisationId: string; endpointId: string } | { of: 'source'; sourceId: string }
);

/** Makes new secrets: called once for each endpoint, and each source that is posted to, that is new and has none. */
export interface SecretMaker {
  signingSecret(): string;
  sourceToken(): string;
}

export function completeDirectory(
  wanted: WantedDirectory,
  current: Directory,
  make: SecretMaker,
): { directory: Directory; generated: readonly GeneratedSecret[] } {
  const generated: GeneratedSecret[] = [];
  const secretOf = (organisationId: string, endpointId: string): string => {
    const secret = make.signingSecret();
    generated.push({ of: 'endpoint', organisationId, endpointId, secret });
    return secret;
  };
  const completeSource = (source: WantedSource): SourceSettings => {
    const before = current.sources.find(({ id, kind }) => id === source.id && kind === source.kind);
    const known = source.secret ?? before?.secret;
    if (known !== undefined) return { ...source, secret: known };
    // Of the other kinds whoever reads the wish has made sure that one is there.
    if (source.kind !== 'http') return { ...source, secret: '' };
    const secret = make.sourceToken();
    generated.push({ of: 'source', sourceId: source.id, secret });
    return { ...source, secret };
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
    sources: wanted.sources?.map(completeSource) ?? current.sources,
    organisations: wanted.organisations?.map(complete) ?? current.organisations,
  };
  return { directory, generated };
}
