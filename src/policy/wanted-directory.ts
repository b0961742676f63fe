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
import type { Credentials, Signing } from './endpoint-settings.ts';
import { NO_DEVICES, type AllowedDevices } from './allowed-devices.ts';
import {
  OPEN_PRIVACY,
  type Endpoint,
  type EndpointWithSecret,
  type PrivacySettings,
} from './organisation.ts';
import { OVERLAP_MS, replaceSecret, signingOf } from './signing.ts';

/**
 * Without `secret`, the endpoint keeps the one it has, unless `signing` asks for one of another kind; a new endpoint gets
 * one made. Without `signing`, it signs as it does; a new one with HMAC.
 */
export interface WantedEndpoint extends Omit<Endpoint, 'signing'> {
  secret?: string;
  signing?: Signing;
  credentials?: Credentials;
}

/**
 * Without `privacy`, the organisation keeps what it has, even when the rest is pruned; a new one shares all. The same holds
 * of `allowedDevices`; a new one's administrators may add none.
 */
export interface WantedOrganisation extends Omit<
  OrganisationEntry,
  'endpoints' | 'privacy' | 'allowedDevices'
> {
  privacy?: PrivacySettings;
  allowedDevices?: AllowedDevices;
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
  signingSecret(signing: Signing): string;
  sourceToken(): string;
  /** A secret that is replaced goes on signing for `OVERLAP_MS` from here. */
  nowMs: number;
}

export function completeDirectory(
  wanted: WantedDirectory,
  current: Directory,
  make: SecretMaker,
): { directory: Directory; generated: readonly GeneratedSecret[] } {
  const generated: GeneratedSecret[] = [];
  const secretOf = (organisationId: string, endpointId: string, signing: Signing): string => {
    const secret = make.signingSecret(signing);
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
    const existing = new Map(before?.endpoints.map((endpoint) => [endpoint.id, endpoint]));
    const endpoints = organisation.endpoints.map((endpoint) =>
      completeEndpoint(
        endpoint,
        existing.get(endpoint.id),
        (signing) => secretOf(organisation.id, endpoint.id, signing),
        make.nowMs,
      ),
    );
    const privacy = organisation.privacy ?? before?.privacy ?? OPEN_PRIVACY;
    const allowedDevices = organisation.allowedDevices ?? before?.allowedDevices ?? NO_DEVICES;
    return { ...organisation, privacy, allowedDevices, endpoints };
  };

  const directory = {
    sources: wanted.sources?.map(completeSource) ?? current.sources,
    organisations: wanted.organisations?.map(complete) ?? current.organisations,
  };
  return { directory, generated };
}

/** A secret that was replaced signs on for a while: who changes a file cannot change a receiver in the same moment. */
function completeEndpoint(
  { signing: wantedSigning, secret: given, ...rest }: WantedEndpoint,
  before: EndpointWithSecret | undefined,
  make: (signing: Signing) => string,
  nowMs: number,
): EndpointWithSecret {
  const known = before === undefined ? undefined : signingOf(before.secret);
  const signing = wantedSigning ?? known ?? 'hmac-sha256';
  const secret = given ?? (before !== undefined && signing === known ? before.secret : make(signing));
  const withSecret = (one: string): EndpointWithSecret => ({
    ...rest,
    secret: one,
    ...(signingOf(one) === 'ed25519' && { signing: 'ed25519' }),
  });
  if (before === undefined) return withSecret(secret);
  const { formerSecrets } = before;
  const unchanged = { ...withSecret(before.secret), ...(formerSecrets && { formerSecrets }) };
  return replaceSecret(unchanged, secret, { nowMs, untilMs: nowMs + OVERLAP_MS });
}
