/**
 * Reads a dialplan as `ShowDialPlan` lists it, to guess which numbers are nobody's phone, and which phone a number
 * rings. It only reads what stands there: what is computed in a call, or comes from a database, it cannot know.
 */
import type { FunctionKind } from '../../policy/organisation.ts';
import type { FunctionGuess } from '../inspection.ts';
import type { AmiPacket } from './packet.ts';

interface Step {
  application: string;
  data: string;
}

type Meaning = { kind: FunctionKind; because: string } | { phone: string } | 'unknown';

/** Applications that tell what a number is for; the first in an extension counts. */
const TELLING: readonly (readonly [string, FunctionKind])[] = [
  ['Queue', 'QUEUE'],
  ['ConfBridge', 'CONFERENCE'],
  ['MeetMe', 'CONFERENCE'],
  ['VoiceMailMain', 'VOICEMAIL'],
  ['VoiceMail', 'VOICEMAIL'],
  ['Park', 'PARK'],
  ['ParkAndAnnounce', 'PARK'],
  ['ParkedCall', 'PARK'],
  ['Background', 'IVR'],
  ['Read', 'IVR'],
  ['Directory', 'IVR'],
  ['Pickup', 'FEATURE_CODE'],
  ['ReceiveFAX', 'FAX'],
  ['Page', 'HUNT_GROUP'],
];
/** Asterisk does not mind how their letters are written. */
const BY_NAME = new Map(TELLING.map(([name, kind]) => [name.toLowerCase(), { name, kind }]));

/** An IVR waits for digits: the numbers of its context are choices that a caller makes, not numbers to be called. */
const WAITS_FOR_DIGITS = new Set(['background', 'waitexten']);

/** A number that can be called. One digit is a choice in a menu. */
const NUMBER = /^[+*#]?\d[\d*#]{1,30}$/;

/** Far more than a large PBX has; what is beyond is not looked at. */
const MOST_STEPS = 500_000;
const MOST_JUMPS = 5;
const MOST_DATA_CHARS = 200;

export class Dialplan {
  readonly #contexts = new Map<string, Map<string, Step[]>>();
  #steps = 0;

  /** One `ListDialplan` event. */
  take({ fields }: AmiPacket): void {
    const [context, extension] = [fields.get('Context'), fields.get('Extension')];
    const application = (fields.get('Application') ?? '').toLowerCase();
    if (context === undefined || extension === undefined || !isTelling(application)) return;
    if (fields.get('Priority') === 'hint' || this.#steps >= MOST_STEPS) return;
    this.#steps += 1;
    const extensions = this.#contexts.get(context) ?? new Map<string, Step[]>();
    const steps = extensions.get(extension) ?? [];
    steps.push({ application, data: (fields.get('AppData') ?? '').slice(0, MOST_DATA_CHARS) });
    extensions.set(extension, steps);
    this.#contexts.set(context, extensions);
  }

  /** What each number is probably for, the first context that says something. */
  read(): { functionNumbers: FunctionGuess[]; phones: ReadonlyMap<string, string> } {
    const guesses = new Map<string, FunctionGuess>();
    const phones = new Map<string, string>();
    for (const [context, extensions] of this.#contexts) {
      if (this.#isMenu(extensions)) continue;
      for (const extension of extensions.keys()) {
        // `_600` is a pattern of one number only.
        const number = extension.replace(/^_(?=[+*#\d]+$)/, '');
        if (!NUMBER.test(number) || guesses.has(number) || phones.has(number)) continue;
        const meaning = this.#meaningOf(context, extension, 0);
        if (meaning === 'unknown') continue;
        if ('phone' in meaning) phones.set(number, meaning.phone);
        else guesses.set(number, { number, ...meaning });
      }
    }
    return { functionNumbers: [...guesses.values()], phones };
  }

  #isMenu(extensions: ReadonlyMap<string, readonly Step[]>): boolean {
    return (extensions.get('s') ?? []).some(({ application }) => WAITS_FOR_DIGITS.has(application));
  }

  #meaningOf(context: string, extension: string, jumps: number): Meaning {
    for (const { application, data } of this.#contexts.get(context)?.get(extension) ?? []) {
      const [first = '', second, third] = data.split(',');
      const known = BY_NAME.get(application);
      if (known !== undefined) return { kind: known.kind, because: `${known.name}(${first})` };
      if (application === 'dial') return meaningOfDial(first);
      // `Goto(priority)` stays where it is.
      if (application !== 'goto' || second === undefined) continue;
      if (jumps === MOST_JUMPS) return 'unknown';
      return third === undefined
        ? this.#meaningOf(context, first, jumps + 1)
        : this.#meaningOf(first, second, jumps + 1);
    }
    return 'unknown';
  }
}

function isTelling(application: string): boolean {
  return (
    BY_NAME.has(application) || WAITS_FOR_DIGITS.has(application) || ['dial', 'goto'].includes(application)
  );
}

/** Several at once are a group; one is somebody's phone, or a way out. */
function meaningOfDial(dialled: string): Meaning {
  const devices = dialled.split('&').filter((device) => device !== '');
  if (dialled.includes('${')) return 'unknown';
  if (devices.length > 1) return { kind: 'HUNT_GROUP', because: `Dial(${dialled})` };
  const [phone] = devices;
  return phone !== undefined && /^(PJSIP|SIP)\/[^/@]+$/.test(phone) ? { phone } : 'unknown';
}
