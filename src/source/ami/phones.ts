/**
 * The phones that an Asterisk knows, from its own lists: PJSIP endpoints and their contacts, chan_sip's peers, hints.
 *
 * What tells a trunk is a guess: nobody logs in with it, or it logs in elsewhere itself. What the dialplan has a hint for
 * is somebody's phone, whatever else it looks like.
 */
import type { SeenDevice } from '../inspection.ts';
import type { AmiPacket } from './packet.ts';

interface Phone {
  extensions: Set<string>;
  name?: string;
  userAgents: Set<string>;
  trunk?: string;
  /** A hint names it. */
  isHinted: boolean;
}

/** What a list of phones can be asked for one by one: a function of the dialplan, and how its value is read. */
export interface Question {
  address: string;
  variable: string;
}

/** Names that can stand in a function's arguments without being taken for something else. */
const PLAIN_NAME = /^[\w.@+-]{1,80}$/;

/** More than any name. */
const MOST_CHARS = 200;

export class Phones {
  readonly #phones = new Map<string, Phone>();

  get size(): number {
    return this.#phones.size;
  }

  /** One `EndpointList` event. */
  endpoint({ fields }: AmiPacket): void {
    const name = fields.get('ObjectName') ?? '';
    if (name === '') return;
    const phone = this.#add(`PJSIP/${name}`);
    if (isSet(fields.get('OutboundAuths'))) phone.trunk = 'it logs in elsewhere';
    else if (!isSet(fields.get('Auths'))) phone.trunk = 'nobody logs in with it';
  }

  /** One `ContactList` event. */
  contact({ fields }: AmiPacket): void {
    const phone = this.#phones.get(`PJSIP/${fields.get('Endpoint')}`);
    const userAgent = fields.get('UserAgent') ?? '';
    if (phone === undefined || userAgent === '') return;
    // A browser's phone is known by its transport, whatever it calls itself.
    const transport = /;(transport=wss?)\b/i.exec(fields.get('Uri') ?? '')?.[1];
    phone.userAgents.add(transport === undefined ? userAgent : `${userAgent} ${transport}`);
  }

  /** One `PeerEntry` event of chan_sip. */
  peer({ fields }: AmiPacket): void {
    const name = fields.get('ObjectName') ?? '';
    if (name === '' || fields.get('Channeltype') !== 'SIP') return;
    const phone = this.#add(`SIP/${name}`);
    if (fields.get('Dynamic') === 'no') phone.trunk = 'nobody logs in with it';
  }

  /** One `ExtensionStatus` event: `Hint: PJSIP/1001&Custom:DND1001`. */
  hint({ fields }: AmiPacket): void {
    const number = fields.get('Exten') ?? '';
    const devices = (fields.get('Hint') ?? '').split(/[&,]/);
    for (const device of devices) {
      const phone = this.#phones.get(device);
      if (phone === undefined || number === '') continue;
      phone.extensions.add(number);
      phone.isHinted = true;
    }
  }

  /** The dialplan dials this device, and no other, for this number. */
  dialled(number: string, address: string): void {
    this.#phones.get(address)?.extensions.add(number);
  }

  /** What to ask for names: a phone's caller id, which never is a secret. */
  questions(): Question[] {
    return [...this.#phones.keys()].flatMap((address) => {
      const [technology = '', name = ''] = address.split('/', 2);
      if (!PLAIN_NAME.test(name)) return [];
      if (technology === 'PJSIP') return [{ address, variable: `PJSIP_ENDPOINT(${name},callerid)` }];
      return [
        { address, variable: `SIPPEER(${name},callerid_name)` },
        { address, variable: `SIPPEER(${name},useragent)` },
      ];
    });
  }

  answered({ address, variable }: Question, told: string): void {
    const phone = this.#phones.get(address);
    const value = told.slice(0, MOST_CHARS);
    if (phone === undefined || value === '') return;
    if (variable.endsWith(',useragent)')) return void phone.userAgents.add(value);
    const { name, number } = variable.endsWith(',callerid)') ? readCallerId(value) : { name: value };
    if (name !== undefined) phone.name = name;
    // A caller id may be the whole company's: it only stands in for a number that nothing else tells.
    if (number !== undefined && phone.extensions.size === 0 && address.endsWith(`/${number}`)) {
      phone.extensions.add(number);
    }
  }

  seen(): SeenDevice[] {
    return [...this.#phones].map(([address, { extensions, name, userAgents, trunk, isHinted }]) => ({
      address,
      extensions: [...extensions],
      userAgents: [...userAgents],
      ...(name !== undefined && { name }),
      ...(trunk !== undefined && !isHinted && { trunk }),
    }));
  }

  #add(address: string): Phone {
    const phone = { extensions: new Set<string>(), userAgents: new Set<string>(), isHinted: false };
    this.#phones.set(address, phone);
    return phone;
  }
}

/** `"Matti Virtanen" <1001>`, `Matti Virtanen`, `1001`, `<unknown>` */
export function readCallerId(text: string): { name?: string; number?: string } {
  const [, quoted = '', inside] = /^\s*"?(.*?)"?\s*(?:<([^<>]*)>)?\s*$/.exec(text) ?? [];
  if (inside === undefined) return /^[+*#\d]+$/.test(quoted) ? { number: quoted } : named(quoted);
  return { ...named(quoted), ...(/^[+*#\d]+$/.test(inside) && { number: inside }) };
}

function named(text: string): { name?: string } {
  return text === '' ? {} : { name: text };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '<none>';
}
