/**
 * The leg event: what every source says, whatever its PBX's own protocol. Sources write it, ingest reads it.
 */

/** The dialog states of RFC 4235 section 3.7.1, in the only order in which a leg passes them. */
export const LEG_STATES = ['TRYING', 'PROCEEDING', 'EARLY', 'CONFIRMED', 'TERMINATED'] as const;
export type LegState = (typeof LEG_STATES)[number];

export type Direction = 'INCOMING' | 'OUTGOING';

/**
 * What the source could find out about an end that came before the answer:
 * `ELSEWHERE` another phone took the call, `REFUSED` the called side refused it, `GIVEN_UP` the calling side or
 * the PBX gave up, or the source cannot know.
 */
export type Ending = 'ELSEWHERE' | 'REFUSED' | 'GIVEN_UP';

export interface LegEvent {
  /** The source's own name of this leg, stable for the leg's life and never used again (AMI: `Uniqueid`). */
  leg: string;
  /** The source's own name of the conversation. Read at the leg's first event, ignored later. */
  call: string;
  /** The device's address as the source writes it, the directory's key (AMI: `PJSIP/1001`). */
  device: string;
  direction: Direction;
  /** The state that the leg has reached. A source may skip states, repeat them and send them late. */
  state: LegState;
  /** Only with `TERMINATED`. */
  ending?: Ending;
  /** Only with `TERMINATED`: the furthest state that this source had told of the leg before, if it had told any. */
  after?: LegState;
  /** Only with `TERMINATED`: another conversation that an attended transfer has joined with this leg's, by its own name. */
  linkedCall?: string;
  /** When it happened, milliseconds since 1970. */
  atMs: number;
  /** The far party as far as it is known now. Absent: not known. */
  remote?: RemoteParty;
  /** The number under which the user was called or calls, if the PBX says; used only if it is the user's own. */
  localNumber?: string;
  /** The phone's own name for itself (SIP `User-Agent`), or `transport=ws` and the like; for the device type. */
  userAgent?: string;
}

export type RemoteParty =
  | { withheld: true }
  | {
      withheld: false;
      number: string;
      /** The source does not say anew whether the number is withheld: one that was stays so. */
      unlessWithheld?: true;
    };
