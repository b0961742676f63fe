/**
 * Dialog-info documents to leg events. Pure but for what it remembers: each user's dialogs that are up, and those that are
 * over for as long as PBXes repeat them. The table of evidence stands in docs/sources/dialog-info.md.
 *
 * A document says something only of the user whose subscription it came for, whatever identities stand in it. A full
 * document that leaves a dialog out means that it is over, unless the PBX shows one dialog at a time and this
 * one stands behind another (Kamailio: `force_single_dialog`).
 */
import type { Ending, LegEvent, LegState } from '../../call/leg-event.ts';
import type { Dialog, DialogDocument } from './document.ts';
import { endingOf } from './ending.ts';
import { callOf, directionOf, isFurther, keyAmong, keyOf, learnParties, type Leg } from './leg.ts';
import { isSameUser } from './party.ts';

/** One document, and the subscription that it came by. */
export interface Notification {
  /** A name of the subscription; a new one has another. */
  subscription: string;
  /** Whom it is to. */
  address: string;
  document: DialogDocument;
  atMs: number;
}

export interface Taken {
  legs: LegEvent[];
  /** Documents are missing: a full one is needed. */
  isIncomplete: boolean;
}

export interface MapperOptions {
  /** A dialog that is no leg, and why. */
  ignored?: (dialog: string, why: string) => void;
}

/** A phone that rings behind another call is not seen to stop ringing. */
export const MOST_HIDDEN_RINGING_MS = 180_000;
/** PBXes repeat a dialog that is over for some seconds (Kamailio: 12). */
const REMEMBER_ENDED_MS = 900_000;
const MAX_ENDED = 1_000;
/** More calls at once than any user has. */
const MAX_LEGS = 500;

interface View {
  version: number | undefined;
  /** Keys of the dialogs that this subscription has shown and not ended. */
  shown: Set<string>;
}

interface User {
  /** By subscription. */
  views: Map<string, View>;
  /** Legs that are up, by key of each of their dialogs. */
  legs: Map<string, Leg>;
  /** When each dialog that is over was last seen. */
  ended: Map<string, number>;
}

export class DialogMapper {
  readonly #options: MapperOptions;
  readonly #users = new Map<string, User>();
  /** Calls with the names of called legs that were answered and are up. */
  readonly #answered = new Map<string, Set<string>>();
  /** Seen to put several dialogs into one document, or to tell of them one by one: then one that is missing is over. */
  #showsSeveral = false;

  constructor(options: MapperOptions = {}) {
    this.#options = options;
  }

  take({ subscription, address, document, atMs }: Notification): Taken {
    if (document.entity !== undefined && !isSameUser(document.entity, address)) {
      this.#options.ignored?.(address, 'the document is about another user');
      return { legs: [], isIncomplete: false };
    }
    const user = this.#meetUser(address);
    const before = user.views.get(subscription);
    const view = before ?? { version: undefined, shown: new Set() };
    user.views.set(subscription, view);
    const isIncomplete = !document.isFull && !follows(document, before);
    // An old partial document is contradicted by what came since.
    const isOld = isIncomplete && (document.version ?? 0) <= (before?.version ?? -1);
    if (isOld) return { legs: [], isIncomplete };
    view.version = document.version;
    const live = document.dialogs.filter(({ state }) => state !== 'TERMINATED');
    const over = document.dialogs.filter(({ state }) => state === 'TERMINATED');
    if (!document.isFull || new Set(document.dialogs.map(keyOf)).size > 1) this.#showsSeveral = true;
    const liveKeys = new Set(live.map((dialog) => keyAmong(user.legs, dialog)));
    const missing = document.isFull ? this.#missing(user, subscription, liveKeys) : new Set<string>();
    const legs = [
      ...live.flatMap((dialog) => this.#up(user, address, dialog, missing, atMs)),
      ...over.flatMap((dialog) => this.#over(user, address, dialog, before === undefined, atMs)),
    ];
    if (document.isFull) {
      view.shown = new Set([...liveKeys].filter((key) => user.legs.has(key)));
      legs.push(...this.#vanished(user, missing, liveKeys, atMs));
    } else {
      for (const key of liveKeys) view.shown.add(key);
    }
    forgetOld(user.ended, atMs);
    return { legs, isIncomplete };
  }

  /** A subscription is over: what it showed may be shown by the next one. Nothing is said of the legs. */
  endSubscription(subscription: string, address: string): void {
    this.#users.get(address)?.views.delete(subscription);
  }

  /** The user is not watched any more, or nothing is known for too long: what was up is forgotten. */
  forget(address: string): void {
    for (const leg of this.#users.get(address)?.legs.values() ?? []) this.#forgetAnswered(leg);
    this.#users.delete(address);
  }

  /** The names of the user's legs that are up. */
  alive(address: string): Set<string> {
    return new Set([...(this.#users.get(address)?.legs.values() ?? [])].map(({ name }) => name));
  }

  /** How many legs and ended dialogs are remembered at the moment. */
  get remembers(): number {
    return [...this.#users.values()].reduce((sum, { legs, ended }) => sum + legs.size + ended.size, 0);
  }

  /** Ends phones that have been ringing unseen for too long. To be called now and then. */
  expire(nowMs: number): LegEvent[] {
    const told: LegEvent[] = [];
    for (const user of this.#users.values()) {
      for (const leg of new Set(user.legs.values())) {
        const isRinging = leg.reached !== 'CONFIRMED';
        if (isRinging && nowMs - (leg.hidden?.sinceMs ?? nowMs) >= MOST_HIDDEN_RINGING_MS)
          told.push(this.#endLeg(user, leg, undefined, nowMs));
      }
    }
    return told;
  }

  #meetUser(address: string): User {
    const known = this.#users.get(address);
    if (known !== undefined) return known;
    const user: User = { views: new Map(), legs: new Map(), ended: new Map() };
    this.#users.set(address, user);
    return user;
  }

  /** Dialogs that were up, are not in this full document and are not shown by another subscription. */
  #missing({ views, legs }: User, subscription: string, live: ReadonlySet<string>): Set<string> {
    const others = [...views].filter(([name]) => name !== subscription).map(([, { shown }]) => shown);
    return new Set([...legs.keys()].filter((key) => !live.has(key) && !others.some((one) => one.has(key))));
  }

  /** A dialog that is not over. */
  #up(user: User, address: string, dialog: Dialog, missing: ReadonlySet<string>, atMs: number): LegEvent[] {
    const key = keyAmong(user.legs, dialog);
    if (user.ended.has(key)) {
      remember(user.ended, key, atMs);
      return [];
    }
    const known = user.legs.get(key) ?? this.#joined(user, dialog, missing);
    const leg = known ?? this.#meetLeg(user, address, dialog);
    if (leg === undefined) return [];
    leg.dialogs.add(key);
    user.legs.set(key, leg);
    const isTold = learnParties(leg, dialog);
    const isNew = known === undefined;
    if (!isNew && !isFurther(dialog.state, leg.reached))
      return isTold ? [eventOf(leg, leg.reached, atMs)] : [];
    leg.reached = dialog.state;
    if (leg.reached === 'CONFIRMED' && leg.direction === 'INCOMING') {
      this.#answered.set(leg.call, (this.#answered.get(leg.call) ?? new Set()).add(leg.name));
    }
    return [eventOf(leg, leg.reached, atMs)];
  }

  /**
   * The leg that a new dialog belongs to: that of the dialog whose place it takes, of the same outgoing call that was forked,
   * or of the same call under a new id.
   */
  #joined(user: User, dialog: Dialog, missing: ReadonlySet<string>): Leg | undefined {
    const direction = directionOf(dialog);
    const { callId, replaces } = dialog;
    for (const leg of new Set(user.legs.values())) {
      if (replaces !== undefined && leg.callIds.has(replaces)) {
        if (callId !== undefined) leg.callIds.add(callId);
        return leg;
      }
      if (callId === undefined || !leg.callIds.has(callId)) continue;
      if (direction !== undefined && direction !== leg.direction) continue;
      if (leg.direction === 'OUTGOING' || [...leg.dialogs].every((key) => missing.has(key))) return leg;
    }
    return undefined;
  }

  #meetLeg(user: User, address: string, dialog: Dialog): Leg | undefined {
    const name = `${address} ${keyOf(dialog)}`;
    const direction = directionOf(dialog);
    const refused =
      direction === undefined
        ? 'the dialog does not say who called whom'
        : user.legs.size >= MAX_LEGS
          ? 'the user has too many dialogs at once'
          : undefined;
    if (direction === undefined || refused !== undefined) {
      this.#options.ignored?.(name, refused ?? '');
      return undefined;
    }
    return {
      name,
      address,
      call: callOf(dialog.replaces ?? dialog.callId, name),
      direction,
      reached: dialog.state,
      dialogs: new Set(),
      callIds: new Set(dialog.callId === undefined ? [] : [dialog.callId]),
    };
  }

  /** A dialog that is over: PBXes repeat it, and show it to new subscriptions too. */
  #over(user: User, address: string, dialog: Dialog, isFirst: boolean, atMs: number): LegEvent[] {
    const key = keyAmong(user.legs, dialog);
    const isRepeated = user.ended.has(key);
    const isCallOver = user.ended.has(callKey(dialog) ?? key);
    const leg = user.legs.get(key) ?? this.#joined(user, dialog, new Set());
    for (const name of [key, keyOf(dialog)]) remember(user.ended, name, atMs);
    if (leg !== undefined) {
      learnParties(leg, dialog);
      user.legs.delete(key);
      leg.dialogs.delete(key);
      // Others of its dialogs are up.
      if (leg.dialogs.size > 0) return [];
      remember(user.ended, callKey(dialog) ?? key, atMs);
      return [this.#endLeg(user, leg, endingOf(dialog), atMs)];
    }
    return isRepeated || isCallOver ? [] : this.#alreadyOver(user, address, dialog, isFirst, atMs);
  }

  /**
   * A dialog that was over when it was first seen. While the subscription was up, that is a call that never rang. In the
   * first document it is a former one: only a leg that was open before a restart ends by it.
   */
  #alreadyOver(user: User, address: string, dialog: Dialog, isFirst: boolean, atMs: number): LegEvent[] {
    const leg = this.#meetLeg(user, address, dialog);
    if (leg === undefined) return [];
    learnParties(leg, dialog);
    remember(user.ended, callKey(dialog) ?? keyOf(dialog), atMs);
    const event = { ...eventOf(leg, 'TERMINATED', atMs), ending: endingOf(dialog) ?? 'GIVEN_UP' };
    return [isFirst ? { ...event, after: 'TRYING' } : event];
  }

  /** What a full document leaves out is over, or stands behind what it shows. */
  #vanished(user: User, missing: ReadonlySet<string>, shown: ReadonlySet<string>, atMs: number): LegEvent[] {
    const visible = [...shown].flatMap((key) => user.legs.get(key) ?? []);
    const [first] = visible;
    const gone = new Set<Leg>();
    for (const leg of visible) {
      const { by, byReached } = leg.hidden ?? {};
      delete leg.hidden;
      // What stood before this one and has not moved since would still stand there.
      if (by !== undefined && by.reached === byReached && ![...by.dialogs].some((key) => shown.has(key)))
        gone.add(by);
    }
    for (const key of missing) {
      const leg = user.legs.get(key);
      if (leg === undefined) continue;
      if ([...leg.dialogs].some((one) => !missing.has(one))) {
        // Another dialog has taken its place in the leg.
        leg.dialogs.delete(key);
        user.legs.delete(key);
        remember(user.ended, key, atMs);
      } else if (shown.size === 0 || this.#showsSeveral) {
        gone.add(leg);
      } else {
        leg.hidden ??= { by: first, byReached: first?.reached, sinceMs: atMs };
      }
    }
    return [...gone]
      .filter(({ dialogs }) => dialogs.size > 0)
      .map((leg) => this.#endLeg(user, leg, undefined, atMs));
  }

  #endLeg(user: User, leg: Leg, cause: Ending | undefined, atMs: number): LegEvent {
    for (const key of leg.dialogs) {
      user.legs.delete(key);
      remember(user.ended, key, atMs);
    }
    leg.dialogs.clear();
    // A phone that lost the call to another is cancelled by the PBX.
    const isLost = (cause ?? 'GIVEN_UP') === 'GIVEN_UP' && this.#isTakenElsewhere(leg);
    const ending = isLost ? 'ELSEWHERE' : (cause ?? 'GIVEN_UP');
    this.#forgetAnswered(leg);
    return { ...eventOf(leg, 'TERMINATED', atMs), ending, after: leg.reached };
  }

  /** Another phone of the same call was answered. */
  #isTakenElsewhere({ call, name, direction }: Leg): boolean {
    const others = this.#answered.get(call);
    return direction === 'INCOMING' && others !== undefined && !(others.size === 1 && others.has(name));
  }

  #forgetAnswered({ call, name }: Leg): void {
    const legs = this.#answered.get(call);
    legs?.delete(name);
    if (legs?.size === 0) this.#answered.delete(call);
  }
}

/** RFC 4235 section 4.3: versions grow by one; a partial document needs the one before it. */
function follows({ version }: DialogDocument, before: View | undefined): boolean {
  return before?.version !== undefined && version === before.version + 1;
}

function eventOf(leg: Leg, state: LegState, atMs: number): LegEvent {
  const { name, call, address, direction, remote, localNumber } = leg;
  return {
    leg: name,
    call,
    device: address,
    direction,
    state,
    atMs,
    ...(remote !== undefined && { remote }),
    ...(localNumber !== undefined && { localNumber }),
  };
}

/** All forks of an outgoing call end as one. No dialog's key begins with a space. */
function callKey({ callId, direction }: Dialog): string | undefined {
  return direction === 'initiator' && callId !== undefined ? ` ${callId}` : undefined;
}

/** The latest stand last. */
function remember(ended: Map<string, number>, key: string, atMs: number): void {
  ended.delete(key);
  ended.set(key, atMs);
}

function forgetOld(ended: Map<string, number>, nowMs: number): void {
  for (const [key, atMs] of ended) {
    if (ended.size <= MAX_ENDED && nowMs - atMs < REMEMBER_ENDED_MS) return;
    ended.delete(key);
  }
}
