/**
 * What a receiver may ask for beyond an address and states: which legs, which body, how we prove who we are. Settings are
 * for everybody's eyes; what has to stay secret is in `Credentials`, which only delivery and the directory's writers see.
 */
import type { Direction } from '../call/leg-event.ts';
import type { DeviceType } from './device-type.ts';

/** Which legs an endpoint wants. Each list that is there has to hold; within a list one is enough. */
export interface EndpointFilter {
  directions?: readonly Direction[];
  deviceTypes?: readonly DeviceType[];
  /** User ids. */
  users?: readonly string[];
  /** The user's own: public numbers (E.164) for legs on that number, extensions for all legs of their user. */
  numbers?: readonly string[];
}

/** How messages are signed: a secret that both sides know, or a private key of ours (Ed25519) and its public half. */
export const SIGNINGS = ['hmac-sha256', 'ed25519'] as const;
export type Signing = (typeof SIGNINGS)[number];

/** What is sent in `Authorization`. */
export type Authentication =
  { kind: 'basic'; username: string } | { kind: 'bearer' } | ({ kind: 'oauth2' } & OAuthSettings);

/** OAuth 2.0 client credentials (RFC 6749 section 4.4). */
export interface OAuthSettings {
  /** `https:` only. */
  tokenUrl: string;
  clientId: string;
  /** How the client proves itself: `Authorization: Basic`, or in the body. */
  clientAuthentication: 'basic' | 'post';
  scope?: string;
  audience?: string;
  /** RFC 8707. */
  resource?: string;
}

/** PEM texts. */
export interface TlsSettings {
  /** Authorities that count beside the well-known ones and the operator's. */
  ca?: string;
  /** The client's, with its chain. */
  certificate?: string;
}

/** What is absent is as it always was: every leg, the seed's body, no authentication, HMAC. */
export interface EndpointSettings {
  filter?: EndpointFilter;
  payload?: 'extended';
  authentication?: Authentication;
  /** Names of own header fields, in lower case; their values are secret. */
  headers?: readonly string[];
  tls?: TlsSettings;
  signing?: 'ed25519';
}

export interface Credentials {
  /** The password, the bearer token or the client's secret: what `authentication` asks for. */
  authentication?: string;
  /** Values of the own header fields, by name. */
  headers?: Readonly<Record<string, string>>;
  /** PEM: the private key of the client's certificate. */
  privateKey?: string;
}

/** A signing secret that was replaced and goes on signing for a while, so that its receiver can change over. */
export interface FormerSecret {
  secret: string;
  untilMs: number;
}
