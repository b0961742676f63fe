/**
 * The open legs of one source, and what each event makes of them. No IO: what must be known of the directory is
 * handed in, what must be stored is handed out.
 */
import type { LegEvent } from '../call/leg-event.ts';
import { advance } from '../call/leg-state.ts';
import { expireAfterMsOf } from '../policy/delivery-settings.ts';
import { deviceTypeOf, type DeviceType } from '../policy/device-type.ts';
import { localNumber, numberOf, remoteNumber } from '../policy/party.ts';
import { report } from '../policy/report.ts';
import { subscribers } from '../policy/subscription.ts';
import type { Ids } from '../runtime/ids.ts';
import type { DeviceOwner, DraftMessage, LegChange, OpenLeg } from '../store/store.ts';
import type { Known, Question } from './look-up.ts';

export interface IngestSource {
  id: string;
  defaultDeviceType: DeviceType;
}

/** What became of one leg event. */
export type Verdict = 'reported' | 'no endpoint wants it' | 'nothing new' | 'not a device of the directory';

/** Ended legs that are remembered, so that a late event does not open them again. */
const MAX_ENDED = 10_000;

/** A leg that has not moved yet has no progress. */
type Leg = Omit<OpenLeg, 'progress'> & Partial<Pick<OpenLeg, 'progress'>>;

export class LegBook {
  readonly #source: IngestSource;
  readonly #ids: Ids;
  readonly #open: Map<string, OpenLeg>;
  readonly #ended = new Set<string>();

  /** @param stored the source's open legs as the store has them */
  constructor(source: IngestSource, ids: Ids, stored: readonly OpenLeg[]) {
    this.#source = source;
    this.#ids = ids;
    this.#open = new Map(stored.map((leg) => [leg.leg, leg]));
  }

  get sourceId(): string {
    return this.#source.id;
  }

  /** What must be known to take these events. */
  questionFor(events: readonly LegEvent[]): Question {
    const devices = new Set<string>();
    const organisations = new Set<string>();
    const remotes: Question['remotes'][number][] = [];
    for (const { leg, device, remote } of events) {
      const organisationId = this.#open.get(leg)?.organisationId;
      if (organisationId === undefined) devices.add(device);
      else organisations.add(organisationId);
      if (remote !== undefined)
        remotes.push({ of: organisationId === undefined ? { device } : { organisationId }, remote });
    }
    return { sourceId: this.#source.id, devices, organisations, remotes };
  }

  questionForAll(): Question {
    const organisations = new Set([...this.#open.values()].map((leg) => leg.organisationId));
    return { sourceId: this.#source.id, devices: new Set(), organisations, remotes: [] };
  }

  take(event: LegEvent, known: Known): { change?: LegChange; verdict: Verdict } {
    const open = this.#open.get(event.leg);
    if (open !== undefined) return this.#move(open, event, known);
    const owner = known.owner(this.#source.id, event.device);
    if (owner === undefined) return { verdict: 'not a device of the directory' };
    if (this.#ended.has(event.leg)) return { verdict: 'nothing new' };
    return this.#move(this.#meet(event, owner), event, known);
  }

  /** Terminates every open leg that is not among those alive: it ended while nobody looked. */
  endAllBut(alive: ReadonlySet<string>, atMs: number, known: Known): LegChange[] {
    const gone = [...this.#open.values()].filter(({ leg }) => !alive.has(leg));
    return gone.flatMap((leg) => this.#move(leg, { state: 'TERMINATED', atMs }, known).change ?? []);
  }

  #meet(event: LegEvent, { organisationId, person, deviceType }: DeviceOwner): Leg {
    const source = this.#source;
    const ofPhone = event.userAgent === undefined ? undefined : deviceTypeOf(event.userAgent);
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

  #move(
    before: Leg,
    event: Pick<LegEvent, 'state' | 'atMs' | 'ending' | 'remote' | 'localNumber'>,
    known: Known,
  ): { change?: LegChange; verdict: Verdict } {
    const { progress, step } = advance(before.progress, event);
    if (step === undefined) return { verdict: 'nothing new' };
    const policy = known.policy(before.organisationId);
    const leg: OpenLeg = { ...before, progress };
    if (policy !== undefined) learnNumbers(leg, event, policy.organisation.defaultCountry, known);
    this.#remember(leg);
    // An organisation that was removed meanwhile gets nothing; its legs only end.
    const wanted = policy === undefined ? [] : subscribers(policy.endpoints, step.state);
    const shared = policy && report(leg, step, policy.organisation.privacy);
    const messages = wanted.flatMap(({ id: endpointId, delivery }): DraftMessage[] => {
      if (shared === undefined) return [];
      const { organisationId, branchId } = leg;
      const messageId = this.#ids.messageId(organisationId, endpointId, branchId, step.state);
      const expireAfterMs = expireAfterMsOf(delivery, step.state);
      return [{ messageId, organisationId, endpointId, event: shared, expireAfterMs }];
    });
    return { change: { leg, messages }, verdict: messages.length > 0 ? 'reported' : 'no endpoint wants it' };
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

/** Both ends' numbers, as far as this event tells more than was known. */
function learnNumbers(
  leg: OpenLeg,
  { localNumber: used, remote }: Pick<LegEvent, 'localNumber' | 'remote'>,
  country: string,
  known: Known,
): void {
  const local = localNumber(leg.person, used ?? leg.localNumber, country);
  if (local !== undefined) leg.localNumber = local;
  const number = remote && remoteNumber(remote, country);
  if (number === undefined) return;
  const person = known.person(leg.organisationId, number);
  leg.remoteNumber = (person && numberOf(person)) ?? number;
  if (person === undefined) delete leg.remotePerson;
  else leg.remotePerson = person;
}
