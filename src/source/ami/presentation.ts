/**
 * Which callers withhold their number, and the leg events that wait until Asterisk has said so.
 *
 * A mark belongs to the calling channel and only ever gets stricter. Numbers are compared loosely (`numberKey`), and
 * over calls too: a dialplan writes the number anew on its way, and a transfer brings the caller to a leg that was
 * called by another. Where it stays in doubt whose number it is, it is not shown.
 */
import type { LegEvent } from '../../call/leg-event.ts';
import { isWithheld, numberKey } from '../caller-number.ts';
import type { Channel } from './channel.ts';

/** `restricted`: withheld by the caller. `unavailable`: a number that is there nevertheless is not for showing. */
export type Presentation = 'allowed' | 'restricted' | 'unavailable';

/** A leg event before it is known whether its far number may be shown. */
export interface Unjudged {
  leg: Channel;
  event: LegEvent;
  number: string | undefined;
}

type Judge = (unjudged: Unjudged) => LegEvent[];

interface Caller {
  channel: Channel;
  said: Presentation | 'asked';
  waiting: Unjudged[];
  /** Its call is over; it is forgotten as soon as nothing waits for it. */
  over: boolean;
}

export class Presentations {
  /** By `Uniqueid`; the first caller of a call has the call's name. */
  readonly #callers = new Map<string, Caller>();
  /** Those that are asked or not to be shown: few. */
  readonly #strict = new Set<Caller>();

  get size(): number {
    return this.#callers.size;
  }

  /** The channel calls. @returns false if that was known */
  calls(channel: Channel): boolean {
    if (this.#callers.has(channel.uniqueid)) return false;
    this.#callers.set(channel.uniqueid, { channel, said: 'allowed', waiting: [], over: false });
    return true;
  }

  /** From now on the events of the legs that this caller rings wait for `answered`. */
  asked(channel: Channel): void {
    const caller = this.#callers.get(channel.uniqueid);
    if (caller?.said !== 'allowed') return;
    caller.said = 'asked';
    this.#strict.add(caller);
  }

  /** What an event says of the channel by itself. It only ever hides. @returns what waited, judged again */
  marked(channel: Channel, said: Presentation, judge: Judge): LegEvent[] {
    // A channel without any number has none to hide; one that comes later has its own mark.
    if (said === 'allowed' || (said === 'unavailable' && channel.ownNumbers.size === 0)) return [];
    this.calls(channel);
    const caller = this.#callers.get(channel.uniqueid);
    if (caller === undefined || strictness(said) <= strictness(caller.said)) return [];
    return this.#say(caller, said, judge);
  }

  /** The answer to a question. @returns what waited for it, judged again */
  answered(uniqueid: string, said: Presentation, judge: Judge): LegEvent[] {
    const caller = this.#callers.get(uniqueid);
    if (caller === undefined) return [];
    const nothingToHide = said === 'unavailable' && caller.channel.ownNumbers.size === 0;
    const word = nothingToHide ? 'allowed' : said;
    // A mark that came meanwhile stays.
    if (caller.said !== 'asked' && strictness(word) <= strictness(caller.said)) return [];
    return this.#say(caller, word, judge);
  }

  /** True while any event waits. */
  get isAwaited(): boolean {
    for (const { waiting } of this.#strict) if (waiting.length > 0) return true;
    return false;
  }

  /** Lets an event of a called leg wait if it must. @returns false if it need not */
  wait(unjudged: Unjudged): boolean {
    const { leg, number } = unjudged;
    const before = leg.awaits === undefined ? undefined : this.#callers.get(leg.awaits);
    const caller = [before, this.#callers.get(leg.call)].find((candidate) => candidate?.said === 'asked');
    const waitsFor = caller ?? (number === undefined ? undefined : this.#strictWith(leg, number, 'asked'));
    if (waitsFor === undefined) return false;
    leg.awaits = waitsFor.channel.uniqueid;
    waitsFor.waiting.push(unjudged);
    return true;
  }

  /**
   * True where the far party of a called leg must not be shown.
   * @param isOthers whether a number is that of a further channel of the same call
   */
  withholds(leg: Channel, number: string | undefined, isOthers: (key: string) => boolean): boolean {
    const first = this.#callers.get(leg.call);
    if (number === undefined) return first?.said === 'restricted';
    const key = numberKey(number);
    if (isWithheld(number) || leg.hidden === key) return true;
    const withheld =
      first !== undefined && isHidden(first)
        ? first.channel.ownNumbers.has(key) || !isOthers(key)
        : this.#strictWith(leg, number, 'hidden') !== undefined;
    // The caller may be gone before the leg is, and what was hidden stays hidden.
    if (withheld) leg.hidden = key;
    return withheld;
  }

  /** The channel is gone, or the call that it began. */
  forget(uniqueid: string): void {
    const caller = this.#callers.get(uniqueid);
    if (caller === undefined) return;
    caller.over = true;
    if (caller.said !== 'asked') this.#drop(uniqueid, caller);
  }

  /** A caller whose number this is, whichever call it began. */
  #strictWith(leg: Channel, number: string, what: 'asked' | 'hidden'): Caller | undefined {
    if (this.#strict.size === 0) return undefined;
    const key = numberKey(number);
    if (this.#callers.get(leg.call)?.channel.ownNumbers.has(key) ?? false) return undefined;
    for (const caller of this.#strict) {
      if ((caller.said === 'asked') === (what === 'asked') && caller.channel.ownNumbers.has(key))
        return caller;
    }
    return undefined;
  }

  #say(caller: Caller, said: Presentation, judge: Judge): LegEvent[] {
    const { waiting } = caller;
    caller.said = said;
    caller.waiting = [];
    if (said === 'allowed') this.#strict.delete(caller);
    else this.#strict.add(caller);
    const events = waiting.flatMap(judge);
    if (caller.over) this.#drop(caller.channel.uniqueid, caller);
    return events;
  }

  #drop(uniqueid: string, caller: Caller): void {
    this.#callers.delete(uniqueid);
    this.#strict.delete(caller);
  }
}

function isHidden({ said }: Caller): boolean {
  return said === 'restricted' || said === 'unavailable';
}

function strictness(said: Caller['said']): number {
  return ['allowed', 'asked', 'unavailable', 'restricted'].indexOf(said);
}

/** `CID-CallingPres: 32 (Presentation Prohibited, Not Screened)`: two bits of it tell (Q.931, octet 3a). */
export function presentationIn(mark: string | undefined): Presentation | undefined {
  const value = /^\d{1,3}/.exec(mark ?? '')?.[0];
  if (value === undefined) return undefined;
  switch (Number(value) & 0x60) {
    case 0x00:
      return 'allowed';
    case 0x20:
      return 'restricted';
    default:
      return 'unavailable';
  }
}

/** `CALLERID(pres)`: `allowed_passed_screen`, `prohib_not_screened`, `unavailable` and the like. */
export function presentationNamed(name: string): Presentation {
  if (name.startsWith('allowed')) return 'allowed';
  return name.startsWith('prohib') ? 'restricted' : 'unavailable';
}
