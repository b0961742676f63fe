/**
 * The directory as a whole: sources and organisations with all that belongs to them. `callhook apply` reads one
 * from a file, the store keeps one; `planChanges` (directory-changes.ts) finds what lies between them.
 */
import type { DeviceType } from './device-type.ts';
import type { EndpointWithSecret, FunctionNumber, Organisation, User } from './organisation.ts';

/** A configured way to a PBX. */
export type SourceSettings = ReadSourceSettings | HttpSettings;

/** One that we connect to and read, one node at a time. More kinds come as further members of this union. */
export type ReadSourceSettings = AmiSettings | EslSettings | DialogInfoSettings;

export interface AmiSettings {
  id: string;
  kind: 'ami';
  host: string;
  port: number;
  /** Asterisk's `tlsenable`; `caFile`: PEM of an own certificate authority. */
  tls: boolean;
  caFile?: string;
  username: string;
  secret: string;
  defaultDeviceType: DeviceType;
}

/** FreeSWITCH's inbound Event Socket. It knows no TLS. */
export interface EslSettings {
  id: string;
  kind: 'esl';
  host: string;
  port: number;
  /** A user of FreeSWITCH's directory (`callhook@pbx.example.com`), for `userauth`; without one, the socket's own password. */
  username?: string;
  secret: string;
  defaultDeviceType: DeviceType;
}

/** A SIP PBX that tells of its users' dialogs (RFC 4235): each device's address is subscribed to. */
export interface DialogInfoSettings {
  id: string;
  kind: 'dialog-info';
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
  /** PEM of an own certificate authority, for TLS. */
  caFile?: string;
  /** A SIP account for digest authentication; without one, nothing is answered to a challenge. */
  username?: string;
  /** Empty without a username. */
  secret: string;
  /** With UDP: where notifications are waited for. Without them, any free port on the way to the PBX. */
  listenHost?: string;
  listenPort?: number;
  /** How long a subscription shall live before it is renewed; the PBX may shorten it. */
  expiresSeconds: number;
  defaultDeviceType: DeviceType;
}

/** A platform that POSTs its events to us. Any node may receive them. */
export interface HttpSettings {
  id: string;
  kind: 'http';
  /** The source token: who holds it may post events of this source. */
  secret: string;
  defaultDeviceType: DeviceType;
}

export interface OrganisationEntry extends Organisation {
  users: readonly User[];
  functionNumbers: readonly FunctionNumber[];
  endpoints: readonly EndpointWithSecret[];
}

export interface Directory {
  sources: readonly SourceSettings[];
  organisations: readonly OrganisationEntry[];
}
