/**
 * The phones' own names, from the answer to `PJSIPShowContacts`: the events of class `call` do not carry them.
 * Rebuilt with every answer, so a phone that changed or went does not linger.
 */
import type { AmiPacket } from './packet.ts';

type ByUri = Map<string, string>;

export class Contacts {
  #byEndpoint = new Map<string, ByUri>();
  #listing = new Map<string, ByUri>();

  /** One `ContactList` event. */
  list(packet: AmiPacket): void {
    const endpoint = packet.fields.get('Endpoint');
    const uri = packet.fields.get('Uri');
    const userAgent = packet.fields.get('UserAgent') ?? '';
    if (endpoint === undefined || uri === undefined) return;
    const contacts = this.#listing.get(endpoint) ?? new Map<string, string>();
    // A browser's phone is known by its transport, whatever it calls itself.
    const transport = /;(transport=wss?)\b/i.exec(uri)?.[1];
    contacts.set(uri, transport === undefined ? userAgent : `${userAgent} ${transport}`);
    this.#listing.set(endpoint, contacts);
  }

  completeList(): void {
    this.#byEndpoint = this.#listing;
    this.#listing = new Map();
  }

  /**
   * @param device `PJSIP/1001`
   * @param dialString of DialBegin, `1001/sip:1001@192.0.2.7:5060`: which of several phones was called
   */
  userAgentOf(device: string, dialString = ''): string | undefined {
    const contacts = this.#byEndpoint.get(device.slice(device.indexOf('/') + 1));
    if (contacts === undefined) return undefined;
    const exact = contacts.get(dialString.slice(dialString.indexOf('/') + 1));
    const only = contacts.size === 1 ? [...contacts.values()][0] : undefined;
    return exact ?? only;
  }
}
