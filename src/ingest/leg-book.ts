/**
 * The open legs of one source, and what each event makes of them. No IO: what must be known of the directory is
 * handed in, what must be stored is handed out.
 */
import type { LegEvent, LegState, RemoteParty } from '../call/leg-event.ts';
import { advance } from '../call/leg-state.ts';
import { expireAfterMsOf } from '../policy/delivery-settings.ts';
import { deviceTypeOf, type DeviceType } from '../policy/device-type.ts';
import { numberOf, ownNumber } from '../policy/party.ts';
import { ANONYMOUS, withoutRemoved } from '../policy/privacy.ts';
import { extend, report } from '../policy/report.ts';
import { subscribers } from '../policy/subscription.ts';
import { trailOf } from '../policy/trail.ts';
import type { Ids } from '../runtime/ids.ts';
import type { DeviceOwner, DraftMessage, LegChange, OpenLeg, OrganisationPolicy } from '../store/store.ts';
import type { Known, Question } from './look-up.ts';

export interface IngestSource {
  id: string;
  defaultDeviceType: DeviceType;
}

export interface LegBookOptions {
  ids: Ids;
  /** Whether each step leaves a row in the trail; true unless said otherwise. */
  keepsTrail?: boolean;
}

/** What became of one leg event. */
export type Verdict =
  | 'reported'
  | 'no endpoint wants it'
  | 'nothing new'
  | 'not a device of the directory'
  | 'began before its device was in the directory';

interface Taken {
  change?: LegChange;
  verdict: Verdict;
}

/** What became of one leg that a resync did not find any more. */
interface Ended extends Taken {
  event: Pick<LegEvent, 'leg' | 'direction' | 'state'>;
}

/** Ended legs that are remembered, so that a late event does not open them again: more than any batch has. */
const MAX_ENDED = 20_000;

/** A leg that has not moved yet has no progress. */
type Leg = Omit<OpenLeg, 'progress'> & Partial<Pick<OpenLeg, 'progress'>>;

export class LegBook {
  readonly #source: IngestSource;
  readonly #ids: Ids;
  readonly #keepsTrail: boolean;
  readonly #open: Map<string, OpenLeg>;
  readonly #ended: Set<string>;

  /**
   * @param stored the source's open legs as the store has them
   * @param ended names of legs of which it is known that they have ended
   */
  constructor(
    source: IngestSource,
    { ids, keepsTrail = true }: LegBookOptions,
    stored: Iterable<OpenLeg>,
    ended: ReadonlySet<string> = new Set(),
  ) {
    this.#source = source;
    this.#ids = ids;
    this.#keepsTrail = keepsTrail;
    this.#open = new Map(Array.from(stored, (leg) => [leg.leg, leg]));
    this.#ended = new Set(ended);
  }

  get sourceId(): string {
    return this.#source.id;
  }

  /** The legs that are open now. */
  openLegs(): Iterable<OpenLeg> {
    return this.#open.values();
  }

  /** What must be known to take these events. */
  questionFor(events: readonly LegEvent[]): Question {
    const devices = new Set<string>();
    const organisations = new Set<string>();
    const remotes: Question['remotes'][number][] = [];
    for (const { leg, device, remote } of events) {
      const open = this.#open.get(leg);
      const organisationId = open?.organisationId;
      if (organisationId === undefined) devices.add(device);
      else organisations.add(organisationId);
      if (remote !== undefined && !(open !== undefined && isRemoteFrozen(open)))
        remotes.push({ of: organisationId === undefined ? { device } : { organisationId }, remote });
    }
    return { sourceId: this.#source.id, devices, organisations, remotes };
  }

  questionForAll(): Question {
    const organisations = new Set([...this.#open.values()].map((leg) => leg.organisationId));
    return { sourceId: this.#source.id, devices: new Set(), organisations, remotes: [] };
  }

  take(event: LegEvent, known: Known): Taken {
    const open = this.#open.get(event.leg);
    if (open !== undefined) return this.#move(open, event, known);
    const owner = known.owner(this.#source.id, event.device);
    if (owner === undefined) return { verdict: 'not a device of the directory' };
    if (this.#ended.has(event.leg)) return { verdict: 'nothing new' };
    // Its device came into the directory while it was up: an end alone would tell a call that was never lost.
    if (event.state === 'TERMINATED' && event.after !== undefined) {
      return this.#comeLate(this.#meet(event, owner), { ...event, after: event.after }, known);
    }
    return this.#move(this.#meet(event, owner), event, known);
  }

  /** Terminates every open leg that is not among those alive: it ended while nobody looked. */
  endAllBut(alive: Pick<ReadonlySet<string>, 'has'>, atMs: number, known: Known): Ended[] {
    const gone = [...this.#open.values()].filter(({ leg }) => !alive.has(leg));
    const answeredAtMs = this.#answers();
    return gone.map((before) => {
      const { leg, direction, callId, progress } = before;
      const event = { leg, direction, state: 'TERMINATED' as const, atMs };
      // Another phone of the call was answered after this one had begun to ring.
      const isLost = (answeredAtMs.get(callId) ?? 0) > progress.atMs;
      const told = isLost ? { ...event, ending: 'ELSEWHERE' as const } : event;
      return { event, ...this.#move(before, told, known) };
    });
  }

  /** When a phone that was called was answered, the last one of each call. */
  #answers(): Map<string, number> {
    const answers = new Map<string, number>();
    for (const { callId, direction, progress } of this.#open.values()) {
      if (direction !== 'INCOMING' || progress.state !== 'CONFIRMED') continue;
      answers.set(callId, Math.max(answers.get(callId) ?? 0, progress.atMs));
    }
    return answers;
  }

  #meet(event: LegEvent, { organisationId, person, deviceType }: DeviceOwner): Leg {
    const source = this.#source;
    return {
      sourceId: source.id,
      leg: event.leg,
      organisationId,
      // The call that a leg is first seen in stays its call, whatever the PBX merges later.
      callId: this.#ids.callId(organisationId, source.id, event.call),
      branchId: this.#ids.branchId(organisationId, source.id, event.leg),
      direction: event.direction,
      person,
      deviceType: deviceType ?? source.defaultDeviceType,
      ...(deviceType === undefined && { isTypeGuessed: true }),
    };
  }

  #move(
    before: Leg,
    event: Pick<
      LegEvent,
      'linkedCall' | 'state' | 'atMs' | 'ending' | 'remote' | 'localNumber' | 'userAgent'
    >,
    known: Known,
    cameLate = false,
  ): Taken {
    const { progress, step } = advance(before.progress, event);
    const policy = known.policy(before.organisationId);
    const leg: OpenLeg = { ...before, progress };
    learnType(leg, event);
    if (policy !== undefined) learnNumbers(leg, before, event, policy.organisation.defaultCountry, known);
    const { wanted, choices } = subscribersOf(leg, step?.state, cameLate ? undefined : policy);
    if (choices !== undefined) leg.choices = choices;
    const kept = policy === undefined ? leg : withoutRemoved(leg, policy.organisation.privacy);
    if (step === undefined) return { ...this.#fillIn(before, kept), verdict: 'nothing new' };
    this.#remember(kept);
    const shared = policy && report(leg, step, policy.organisation.privacy);
    const said = { internal: leg.internal, linkedCallId: this.#linked(leg, event) };
    const messages = wanted.flatMap(({ id: endpointId, delivery, payload }): DraftMessage[] => {
      if (shared === undefined) return [];
      const { organisationId, branchId } = leg;
      const messageId = this.#ids.messageId(organisationId, endpointId, branchId, step.state);
      const expireAfterMs = expireAfterMsOf(delivery, step.state);
      const body = payload === 'extended' ? extend(shared, said, step, before.progress) : shared;
      return [{ messageId, organisationId, endpointId, event: body, expireAfterMs }];
    });
    const change: LegChange = { leg: kept, messages };
    const trail = this.#keepsTrail && shared && trailOf(shared, policy.endpoints, wanted, cameLate);
    if (trail) change.trail = trail;
    return { change, verdict: messages.length > 0 ? 'reported' : 'no endpoint wants it' };
  }

  /** A leg that is not reported; only the trail tells of it. */
  #comeLate(leg: Leg, event: LegEvent & { after: LegState }, known: Known): Taken {
    const verdict = 'began before its device was in the directory';
    if (!this.#keepsTrail) return { verdict };
    const { after, atMs } = event;
    const progress = { state: after, answered: after === 'CONFIRMED', atMs };
    const { change } = this.#move({ ...leg, progress }, event, known, true);
    return { verdict, ...(change?.trail !== undefined && { change }) };
  }

  #linked({ organisationId }: OpenLeg, { linkedCall }: Pick<LegEvent, 'linkedCall'>): string | undefined {
    return linkedCall === undefined
      ? undefined
      : this.#ids.callId(organisationId, this.#source.id, linkedCall);
  }

  /** A state that is said again may tell a far party or a phone that was not known: no message, but a later one has it. */
  #fillIn(before: Leg, leg: OpenLeg): { change?: LegChange } {
    const isFarParty = before.remoteNumber === undefined && leg.remoteNumber !== undefined;
    if (!isFarParty && before.isTypeGuessed === leg.isTypeGuessed) return {};
    this.#remember(leg);
    return { change: { leg, messages: [] } };
  }

  #remember(leg: OpenLeg): void {
    if (leg.progress.state !== 'TERMINATED') {
      this.#open.set(leg.leg, leg);
      return;
    }
    this.#open.delete(leg.leg);
    this.#ended.add(leg.leg);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }
}

/** An organisation that was removed meanwhile gets nothing; its legs only end. */
function subscribersOf(leg: OpenLeg, state: LegState | undefined, policy: OrganisationPolicy | undefined) {
  if (state === undefined || policy === undefined) return { wanted: [], choices: leg.choices };
  return subscribers(policy.endpoints, state, leg, leg.choices);
}

/** A phone that is called tells its name with its first answer (FreeSWITCH). */
function learnType(leg: OpenLeg, { userAgent }: Pick<LegEvent, 'userAgent'>): void {
  if (userAgent === undefined || leg.isTypeGuessed !== true) return;
  const deviceType = deviceTypeOf(userAgent);
  if (deviceType === undefined) return;
  leg.deviceType = deviceType;
  delete leg.isTypeGuessed;
}

/**
 * Both ends' numbers, as far as this event tells more than was known. What was known at the answer stays to the end
 * (decision 0004), whatever the PBX shows after a transfer or a restart; so does the number that the user called.
 */
function learnNumbers(
  leg: OpenLeg,
  before: Leg,
  { localNumber: used, remote }: Pick<LegEvent, 'localNumber' | 'remote'>,
  country: string,
  known: Known,
): void {
  const isAnswered = before.progress?.answered ?? false;
  const local =
    (isAnswered ? leg.localNumber : undefined) ??
    (used === undefined ? undefined : ownNumber(leg.person, used, country)) ??
    leg.localNumber ??
    numberOf(leg.person);
  if (local !== undefined) leg.localNumber = local;

  if (remote === undefined || isRemoteFrozen(before)) return;
  if (!remote.withheld && remote.unlessWithheld === true && leg.remoteNumber === ANONYMOUS) return;
  const number = known.number(leg.organisationId, remote);
  if (number === undefined) return;
  const person = known.person(leg.organisationId, number);
  // Click-to-call rings the user in the user's own name until the far party is called.
  if (person?.userId === leg.person.userId && leg.direction === 'INCOMING') return;
  learnInternal(leg, before, remote, person !== undefined);
  leg.remoteNumber = (person && numberOf(person)) ?? number;
  if (person === undefined) delete leg.remotePerson;
  else leg.remotePerson = person;
}

/** Stays as the far party does, also where privacy keeps its number from being remembered. Withheld, it is unknown. */
function learnInternal(leg: OpenLeg, before: Leg, { withheld }: RemoteParty, isColleague: boolean): void {
  if (before.internal !== undefined && isSettled(before)) return;
  if (withheld) delete leg.internal;
  else leg.internal = isColleague;
}

function isSettled({ progress, direction }: Leg): boolean {
  return (progress?.answered ?? false) || direction === 'OUTGOING';
}

function isRemoteFrozen(leg: Leg): boolean {
  return leg.remoteNumber !== undefined && isSettled(leg);
}
