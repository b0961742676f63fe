/**
 * The open legs of one source, and what each event makes of them. No IO: what must be known of the directory is
 * handed in, what must be stored is handed out.
 */
import type { LegEvent, LegState } from '../call/leg-event.ts';
import { advance } from '../call/leg-state.ts';
import { expireAfterMsOf } from '../policy/delivery-settings.ts';
import { deviceTypeOf, type DeviceType } from '../policy/device-type.ts';
import { numberOf, ownNumber } from '../policy/party.ts';
import { withoutRemoved } from '../policy/privacy.ts';
import { report } from '../policy/report.ts';
import { subscribers } from '../policy/subscription.ts';
import { trailOf } from '../policy/trail.ts';
import type { Ids } from '../runtime/ids.ts';
import type { DeviceOwner, DraftMessage, LegChange, OpenLeg } from '../store/store.ts';
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
  /** Legs whose device type is nobody's word yet: the phone may still tell its name. */
  readonly #untyped = new Set<string>();

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
    if (open !== undefined) return this.#move(this.#typed(open, event), event, known);
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
  endAllBut(alive: ReadonlySet<string>, atMs: number, known: Known): Ended[] {
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
    const ofPhone = event.userAgent === undefined ? undefined : deviceTypeOf(event.userAgent);
    if (deviceType === undefined && ofPhone === undefined) this.#untyped.add(event.leg);
    return {
      sourceId: source.id,
      leg: event.leg,
      organisationId,
      // The call that a leg is first seen in stays its call, whatever the PBX merges later.
      callId: this.#ids.callId(organisationId, source.id, event.call),
      branchId: this.#ids.branchId(organisationId, source.id, event.leg),
      direction: event.direction,
      person,
      deviceType: deviceType ?? ofPhone ?? source.defaultDeviceType,
    };
  }

  /** A phone that is called tells its name with its first answer (FreeSWITCH). */
  #typed(leg: OpenLeg, { userAgent }: LegEvent): OpenLeg {
    if (userAgent === undefined || !this.#untyped.has(leg.leg)) return leg;
    const deviceType = deviceTypeOf(userAgent);
    return deviceType === undefined ? leg : { ...leg, deviceType };
  }

  #move(
    before: Leg,
    event: Pick<LegEvent, 'state' | 'atMs' | 'ending' | 'remote' | 'localNumber'>,
    known: Known,
    cameLate = false,
  ): Taken {
    const { progress, step } = advance(before.progress, event);
    const policy = known.policy(before.organisationId);
    const leg: OpenLeg = { ...before, progress };
    if (policy !== undefined) learnNumbers(leg, before, event, policy.organisation.defaultCountry, known);
    const kept = policy === undefined ? leg : withoutRemoved(leg, policy.organisation.privacy);
    if (step === undefined) return { ...this.#fillIn(before, kept), verdict: 'nothing new' };
    this.#remember(kept);
    // An organisation that was removed meanwhile gets nothing; its legs only end.
    const wanted = policy === undefined || cameLate ? [] : subscribers(policy.endpoints, step.state);
    const shared = policy && report(leg, step, policy.organisation.privacy);
    const messages = wanted.flatMap(({ id: endpointId, delivery }): DraftMessage[] => {
      if (shared === undefined) return [];
      const { organisationId, branchId } = leg;
      const messageId = this.#ids.messageId(organisationId, endpointId, branchId, step.state);
      const expireAfterMs = expireAfterMsOf(delivery, step.state);
      return [{ messageId, organisationId, endpointId, event: shared, expireAfterMs }];
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

  /** A state that is said again may tell a far party that was not known: no message, but a later one has it. */
  #fillIn(before: Leg, leg: OpenLeg): { change?: LegChange } {
    if (before.remoteNumber !== undefined || leg.remoteNumber === undefined) return {};
    this.#remember(leg);
    return { change: { leg, messages: [] } };
  }

  #remember(leg: OpenLeg): void {
    if (leg.progress.state !== 'TERMINATED') {
      this.#open.set(leg.leg, leg);
      return;
    }
    this.#open.delete(leg.leg);
    this.#untyped.delete(leg.leg);
    this.#ended.add(leg.leg);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }
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
  const number = known.number(leg.organisationId, remote);
  if (number === undefined) return;
  const person = known.person(leg.organisationId, number);
  // Click-to-call rings the user in the user's own name until the far party is called.
  if (person?.userId === leg.person.userId && leg.direction === 'INCOMING') return;
  leg.remoteNumber = (person && numberOf(person)) ?? number;
  if (person === undefined) delete leg.remotePerson;
  else leg.remotePerson = person;
}

function isRemoteFrozen({ remoteNumber, progress, direction }: Leg): boolean {
  return remoteNumber !== undefined && ((progress?.answered ?? false) || direction === 'OUTGOING');
}
