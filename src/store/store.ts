/**
 * The store's contract: one database, four rooms. Every backend keeps the same promises, and one contract suite
 * (test/store-contract.ts) holds each of them to it.
 *
 * Glossary: a *lane* is one call at one endpoint; its messages are numbered 1, 2, 3 … in commit order and leave
 * in that order. The *head* of a lane is its first message that is still pending. A *claim* is the right to
 * attempt a head; a lane with a claim gives out no second one.
 *
 * Every call that reads or changes what belongs to an organisation names it, or is marked "operator's".
 * Times are milliseconds since 1970. A rejected promise means that nothing of the call was kept.
 */
import type { Direction } from '../call/leg-event.ts';
import type { LegProgress } from '../call/leg-state.ts';
import type { OutwardEvent } from '../call/outward-event.ts';
import type { DeviceType } from '../policy/device-type.ts';
import type { DirectoryChange } from '../policy/directory-changes.ts';
import type { Directory, SourceSettings } from '../policy/directory.ts';
import type { Endpoint, EndpointWithSecret, Organisation, User } from '../policy/organisation.ts';

export interface Store {
  readonly directory: DirectoryStore;
  readonly calls: CallStore;
  readonly outbox: OutboxStore;
  readonly health: HealthStore;
  /** Waits for what is under way and lets go of the database. May be called twice. */
  close(): Promise<void>;
}

/** A user as a leg needs them: who it is, without the devices. */
export type Person = Omit<User, 'devices'>;

export interface DeviceOwner {
  organisationId: string;
  person: Person;
  /** The directory's own word on the device, if it has one. */
  deviceType?: DeviceType;
}

/** What ingest needs of an organisation to decide on a message. */
export interface OrganisationPolicy {
  organisation: Organisation;
  endpoints: readonly Endpoint[];
}

export interface DirectoryStore {
  /** Operator's: everything, secrets in clear. */
  read(): Promise<Directory>;
  /** Operator's: all changes or none; raises `revision`. A message pending for a removed endpoint becomes a dead letter. */
  write(changes: readonly DirectoryChange[]): Promise<void>;
  /** Operator's: a number that grows with every `write`, from whichever process. */
  revision(): Promise<number>;
  /** Operator's. */
  sources(): Promise<readonly SourceSettings[]>;
  /** Operator's, the way from a device to its organisation: who owns which of these addresses on this source. */
  ownersOf(sourceId: string, addresses: readonly string[]): Promise<ReadonlyMap<string, DeviceOwner>>;
  policyOf(organisationId: string): Promise<OrganisationPolicy | undefined>;
  /** Users of this organisation by public number (E.164) or extension, for those numbers that are somebody's. */
  peopleByNumber(organisationId: string, numbers: readonly string[]): Promise<ReadonlyMap<string, Person>>;
}

/** What is remembered of a leg while it is open, and forgotten when it ends. */
export interface OpenLeg {
  sourceId: string;
  /** The source's own name of the leg. */
  leg: string;
  organisationId: string;
  callId: string;
  branchId: string;
  progress: LegProgress;
  direction: Direction;
  person: Person;
  deviceType: DeviceType;
  localNumber?: string;
  remoteNumber?: string;
  /** The far party, where it is a user of the same organisation. */
  remotePerson?: Person;
}

/** A message before the commit has numbered it. */
export interface DraftMessage {
  /** The `webhook-id`. A message that is already stored under it is not stored again and takes no number. */
  messageId: string;
  organisationId: string;
  endpointId: string;
  event: OutwardEvent;
}

/** One step of one leg: what the leg is now, and the messages that the step causes. */
export interface LegChange {
  leg: OpenLeg;
  messages: readonly DraftMessage[];
}

export interface CommittedMessage {
  messageId: string;
  endpointId: string;
  seqNum: number;
  body: string;
}

export interface CallStore {
  /** Operator's: the sources that have open legs, configured or not. */
  sourcesWithLegs(): Promise<readonly string[]>;
  /** Operator's: the legs of one source that have not ended. */
  openLegs(sourceId: string): Promise<readonly OpenLeg[]>;
  /**
   * Leg states and messages together, in the given order, all or none. Durable when it resolves: survives
   * power-off. A leg that is `TERMINATED` is forgotten. Legs name their organisation.
   * @returns the messages stored now, numbered, in order
   */
  commit(changes: readonly LegChange[], nowMs: number): Promise<readonly CommittedMessage[]>;
}

export interface Claim {
  laneId: number;
  messageId: string;
  organisationId: string;
  endpoint: EndpointWithSecret;
  body: string;
  /** How many attempts were made before. */
  attemptsMade: number;
  /** When the message was committed. */
  createdAtMs: number;
}

export type NextStep = { kind: 'delivered' } | { kind: 'later'; dueAtMs: number } | { kind: 'dead' };

export interface Settlement {
  laneId: number;
  messageId: string;
  organisationId: string;
  attempt: AttemptRecord;
  next: NextStep;
}

/** One line of the attempt log. */
export interface AttemptRecord {
  startedAtMs: number;
  durationMs: number;
  /** `delivered`, or the stable code of the failure (delivery/outcome.ts). */
  outcome: string;
  statusCode?: number;
  /** In words for a person, bounded; never a phone number or a secret of ours. */
  detail?: string;
}

export interface OutboxStore {
  /**
   * Operator's: heads of free lanes that are due, oldest due first, fairly over endpoints; their lanes are
   * taken until `settle` or `release`. Only one claimer works on an embedded store; a shared store keeps claimers
   * apart by itself.
   * @param limits `total` claims at most now; no endpoint gets beyond `perEndpoint` claims open at once
   */
  claim(nowMs: number, limits: { total: number; perEndpoint: number }): Promise<readonly Claim[]>;
  /** All or none. Frees the lanes: after `delivered` and `dead` the next message of the lane becomes due. */
  settle(settlements: readonly Settlement[], nowMs: number): Promise<void>;
  /** Gives lanes back without an attempt, as they were. */
  release(laneIds: readonly number[]): Promise<void>;
  /** Operator's: when the earliest pending message of a free lane is due; undefined if there is none. */
  nextDueAtMs(): Promise<number | undefined>;
}

export interface SourceHealth {
  id: string;
  status: 'connecting' | 'connected' | 'down';
  sinceMs: number;
  advice?: string;
  openLegs: number;
}

export interface EndpointHealth {
  organisationId: string;
  id: string;
  url: string;
  pending: number;
  oldestPendingAtMs?: number;
  delivered: number;
  dead: number;
  /** The last attempt, whichever message it was for. */
  last?: AttemptRecord;
}

export interface HealthStore {
  /** Operator's: remembers how a source is, for `status`, which is another process. */
  sourceState(sourceId: string, state: Omit<SourceHealth, 'id' | 'openLegs'>): Promise<void>;
  /** Operator's: everything at a glance. */
  overview(): Promise<{ sources: readonly SourceHealth[]; endpoints: readonly EndpointHealth[] }>;
}
