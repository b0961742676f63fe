/**
 * The store's contract: one database, nine rooms. Every backend keeps the same promises, and one contract suite
 * (test/store/store-contract.ts) holds each of them to it.
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
import type { AttemptDetails } from '../policy/attempt-details.ts';
import type { AuditNote } from '../policy/audit.ts';
import type { DeviceType } from '../policy/device-type.ts';
import type { DirectoryChange } from '../policy/directory-changes.ts';
import type { Directory, SourceSettings } from '../policy/directory.ts';
import type { HealthRules, Signal } from '../policy/endpoint-health.ts';
import type { Endpoint, EndpointWithSecret, Organisation, User } from '../policy/organisation.ts';
import type { Choices } from '../policy/subscription.ts';
import type { TrailStep } from '../policy/timeline.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import type { AccountStore } from './accounts.ts';
import type { DirectoryPages } from './directory-pages.ts';
import type { FeedStore } from './feed.ts';
import type { HealthStore } from './health.ts';
import type { KeyStore } from './keys.ts';
import type { Lease, LeaseStore } from './leases.ts';
import type { LogStore } from './log.ts';
import type { UpkeepStore } from './upkeep.ts';

export interface Store {
  readonly directory: DirectoryStore;
  readonly calls: CallStore;
  readonly outbox: OutboxStore;
  readonly health: HealthStore;
  readonly leases: LeaseStore;
  readonly upkeep: UpkeepStore;
  /** accounts.ts */
  readonly accounts: AccountStore;
  /** log.ts */
  readonly log: LogStore;
  /** feed.ts */
  readonly feed: FeedStore;
  readonly keys: KeyStore;
  /** This process among those that share the database. */
  readonly node: string;
  /** The time that all nodes of this database share. */
  nowMs(): number;
  /** Waits for what is under way and lets go of the database. May be called twice. */
  close(): Promise<void>;
}

/** What a store is opened with. */
export interface StoreOptions {
  secrets: SecretBox;
  /** This process among those that share the database; another one after each start. */
  node: string;
  rules: HealthRules;
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

/** What goes with a change of the directory. */
export interface DirectoryRecord {
  /** Written to the audit log in the same transaction. */
  audit: readonly AuditNote[];
  /** The revision that the change was decided on: with another one nothing is written. */
  revision?: number;
}

/** Thrown by `write`: the directory is not any more what the change was decided on. Read it again. */
export class DirectoryMoved extends Error {
  constructor() {
    super('the directory has changed meanwhile');
  }
}

export interface DirectoryStore extends DirectoryPages {
  /** Operator's: everything, secrets in clear. */
  read(): Promise<Directory>;
  /**
   * Operator's: all changes or none; raises `revision`. A message pending for a removed endpoint becomes a dead letter.
   * @throws DirectoryMoved
   */
  write(changes: readonly DirectoryChange[], record?: DirectoryRecord): Promise<void>;
  /** Operator's: a number that grows with every `write`, from whichever process. */
  revision(): Promise<number>;
  /** Operator's. */
  sources(): Promise<readonly SourceSettings[]>;
  /** Operator's, the way from a device to its organisation: who owns which of these addresses on this source. */
  ownersOf(sourceId: string, addresses: readonly string[]): Promise<ReadonlyMap<string, DeviceOwner>>;
  /** Operator's: the addresses of all devices on this source. */
  devicesOn(sourceId: string): Promise<ReadonlySet<string>>;
  policyOf(organisationId: string): Promise<OrganisationPolicy | undefined>;
  /**
   * Replaces the signing secret, the one before it signing on until `untilMs`; raises `revision`. Two at once come one
   * after the other: no secret that was given out is lost.
   * @param note written down with the change, of the endpoint as it was; may be called more than once
   * @returns the endpoint as it is now, undefined if there is no such endpoint
   */
  replaceSecret(
    organisationId: string,
    endpointId: string,
    secret: string,
    times: { nowMs: number; untilMs: number },
    note: (before: EndpointWithSecret) => AuditNote,
  ): Promise<EndpointWithSecret | undefined>;
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
  /** The type is only the source's default: the phone may still tell its name. */
  isTypeGuessed?: true;
  localNumber?: string;
  remoteNumber?: string;
  /** The far party, where it is a user of the same organisation. */
  remotePerson?: Person;
  /** Whether the far party is a user of the same organisation; undefined where that is not known. */
  internal?: boolean;
  /** What the endpoints' filters said of it. */
  choices?: Choices;
}

/** A message before the commit has numbered it. */
export interface DraftMessage {
  /** The `webhook-id`. A message that is already stored under it is not stored again and takes no number. */
  messageId: string;
  organisationId: string;
  endpointId: string;
  event: OutwardEvent;
  /** So long after the commit it is no longer worth sending. */
  expireAfterMs: number;
}

/** One step of one leg: what the leg is now, and the messages that the step causes. */
export interface LegChange {
  leg: OpenLeg;
  messages: readonly DraftMessage[];
  /** What the log keeps of it beside the messages; a step that it has already is not kept again. */
  trail?: TrailStep;
}

export interface CommittedMessage {
  messageId: string;
  endpointId: string;
  seqNum: number;
  body: string;
}

/** Legs of a source whose events any node may receive, by the source's own names. */
export interface LegsAsked {
  sourceId: string;
  legs: ReadonlySet<string>;
  /** Beside these, every leg of the source that is open. */
  allOpen: boolean;
}

/** What is known of them at this moment. */
export interface LegsFound {
  /** By name. */
  open: ReadonlyMap<string, OpenLeg>;
  /** Of those that were asked for by name: they have ended already. */
  ended: ReadonlySet<string>;
}

export interface CallStore {
  /** Operator's: the sources that have open legs, configured or not. */
  sourcesWithLegs(): Promise<readonly string[]>;
  /** Operator's: the legs of one source that have not ended. */
  openLegs(sourceId: string): Promise<readonly OpenLeg[]>;
  /**
   * Leg states and messages together, in the given order, all or none. Durable when it resolves: survives
   * power-off. A leg that is `TERMINATED` is forgotten. Legs name their organisation.
   * @param held the leases under which the changes were read; empty where sources are not shared
   * @throws LeaseLost when one of them is not held any more: nothing was kept
   * @returns the messages stored now, numbered, in order
   */
  commit(
    changes: readonly LegChange[],
    nowMs: number,
    held?: readonly Lease[],
  ): Promise<readonly CommittedMessage[]>;
  /**
   * Operator's: the same for sources whose events any node may receive. Reads the legs asked for, has `decide` say what
   * becomes of them, and stores that, with no other node's `commitShared` of these sources in between. Unlike with
   * `commit`, it is remembered of a leg that it has ended, until `forgetLegs`.
   * @param decide is given the legs by source; one that is not in the directory any more is left out. May be called more
   *   than once; what it throws is thrown, and nothing is kept. Names the sources asked for only
   */
  commitShared(
    asked: readonly LegsAsked[],
    decide: (found: ReadonlyMap<string, LegsFound>) => readonly LegChange[],
    nowMs: number,
  ): Promise<readonly CommittedMessage[]>;
}

/** The right to make one attempt of a lane's head. */
export interface Claim {
  laneId: number;
  /** Proves the claim: a settlement with another token changes nothing. */
  token: string;
  /** From here on the claim is somebody else's: nothing may be sent under it any more. */
  lapsesAtMs: number;
  messageId: string;
  organisationId: string;
  endpoint: EndpointWithSecret;
  body: string;
  /** How many attempts were made before. */
  attemptsMade: number;
  /** How many steps of the retry schedule were used before. */
  retriesUsed: number;
  /** When the message was committed. */
  createdAtMs: number;
  /** Numbers of the messages of this call that expired or died since the last one that was delivered. */
  skipped: readonly number[];
  /** It was finished once and is sent again because somebody asked for it. */
  replay: boolean;
  /** It is sent to see whether the receiver is back: its failing uses no step of the schedule. */
  probe: boolean;
}

export type NextStep =
  | { kind: 'delivered' }
  /** `usesRetry`: it is a step of the retry schedule. */
  | { kind: 'later'; dueAtMs: number; usesRetry: boolean }
  | { kind: 'dead' };

export interface Settlement {
  laneId: number;
  token: string;
  messageId: string;
  organisationId: string;
  endpointId: string;
  attempt: AttemptRecord;
  next: NextStep;
  /** What the attempt tells of the receiver. */
  signal: Signal;
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
  /** Where its time went, whom it reached, what came back. */
  details?: AttemptDetails;
}

/** What of one endpoint is to be sent again. Only finished messages are; those that still wait go on waiting. */
export interface ReplayOrder {
  organisationId: string;
  endpointId: string;
  what:
    | { kind: 'message'; messageId: string }
    | { kind: 'call'; callId: string }
    /** Committed at this time or later; `failed`: what expired or died at this time or later. */
    | { kind: 'since'; sinceMs: number; only?: 'failed' };
}

export interface ClaimLimits {
  total: number;
  perEndpoint(organisationId: string, endpointId: string): number;
  /** Told when heads were found to be expired instead: metrics. */
  expired?(count: number): void;
}

export interface OutboxStore {
  /**
   * Operator's: heads of free lanes that are due, oldest due first within an endpoint, live ones before replays,
   * endpoints in turn; as many of an endpoint as its health, its rate and its limits allow. Their lanes are taken until
   * `settle`, `release` or until the claim lapses. No two nodes ever hold one lane. A head that has expired is
   * finished as `expired` instead, and the next one of its lane is looked at.
   * @param limits `total` claims at most now, `perEndpoint` tells how many more of them one endpoint may have
   */
  claim(nowMs: number, limits: ClaimLimits): Promise<readonly Claim[]>;
  /**
   * All or none. Frees the lanes: after `delivered` and `dead` the next message of the lane becomes due. Moves the
   * endpoints' health, and files the notices that follow.
   * @returns the messages whose claim was lost meanwhile: their attempts are logged and change nothing else
   */
  settle(settlements: readonly Settlement[], nowMs: number): Promise<readonly string[]>;
  /** Gives lanes back without an attempt, as they were. */
  release(claims: readonly Claim[]): Promise<void>;
  /** Operator's: when the earliest pending message of a free lane may be claimed; undefined if there is none. */
  nextDueAtMs(): Promise<number | undefined>;
  /**
   * Sends finished messages again under their own ids and with their own bytes, in their lane's order. At most `limit`
   * at once, so that nothing stalls: call it until it returns 0. What was finished after `askedAtMs` is left out, and what
   * was sent again by an order of that time or a later one: the same order goes on where it stopped.
   * @param note written down with the step, if it has found any
   * @returns how many are pending again now
   */
  replay(order: ReplayOrder, askedAtMs: number, limit: number, note?: AuditNote): Promise<number>;
  /** Calls `wake` when another process has stored something that may be due. @returns stops it */
  listen(wake: () => void): () => void;
}
