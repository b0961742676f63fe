/**
 * A look at a phone system, for `callhook doctor` and `callhook discover`: does everything work that `serve` needs, and
 * what does the phone system tell of its phones? Each kind of source has one function of the type `Inspect`.
 *
 * It only ever asks; nothing is changed. It asks with the rights that `serve` has: what needs more is left out, and a check
 * says which right would show it.
 */
import type { FunctionKind } from '../policy/organisation.ts';

/**
 * @returns what was found; a phone system that is not reached, or lets nobody in, is a finding too
 * @throws only for a fault of ours, or when `signal` aborts
 */
export type Inspect<Settings> = (settings: Settings, options: InspectOptions) => Promise<Inspection>;

export interface InspectOptions {
  /** Of the directory's devices on this source: what a phone system is asked about that has no list of its own. */
  addresses: ReadonlySet<string>;
  /** Ask for each phone's name as well: one question per phone. */
  names: boolean;
  /** So long a call is waited for, to see that its events arrive; 0: not at all. */
  waitMs: number;
  /** Called when the phone system is ready and a call may be made. */
  waiting(): void;
  signal: AbortSignal;
}

export interface Inspection {
  /** `Asterisk 22.10.1`, as far as it is known. */
  system: string;
  checks: readonly Check[];
  /** The phones it has, in its own order; absent where it was not told. */
  devices?: readonly SeenDevice[];
  /** True for an address that would be among `devices` if there were such a phone. */
  wouldList(address: string): boolean;
  functionNumbers: readonly FunctionGuess[];
}

export interface Check {
  /** One or two words: `login`. */
  about: string;
  /** `wrong`: `serve` cannot do its work. `improvable`: it can, with less than there could be, or nobody knows. */
  is: 'fine' | 'improvable' | 'wrong';
  says: string;
  /** What to do, in lines as they are to be read; indented ones are for the phone system's configuration. */
  advice?: readonly string[];
}

/** What a phone system tells of a phone. All of it is a peer's text: it may hold anything. */
export interface SeenDevice {
  /** As the directory writes it: `PJSIP/1001`. */
  address: string;
  /** The numbers that lead to it, as far as that is told. */
  extensions: readonly string[];
  name?: string;
  /** Of its phones that are registered now. */
  userAgents: readonly string[];
  /** Why it is probably a way to another phone system and nobody's phone; a guess. */
  trunk?: string;
}

/** A number behind which probably nobody sits. */
export interface FunctionGuess {
  number: string;
  kind: FunctionKind;
  /** What makes one think so: `Queue(support)`. A peer's text. */
  because: string;
}
