/**
 * Builds SUBSCRIBE requests and sends them (RFC 6665 section 4.1), with a login where the PBX asks for one (RFC 3261 section 22).
 */
import { randomBytes } from 'node:crypto';
import { VERSION } from '../../../runtime/version.ts';
import { loginRefused, noUsableChallenge } from '../problem.ts';
import { authorise, chooseChallenge, type Challenge, type Login } from './digest.ts';
import { Headers, type SipRequest, type SipResponse } from './message.ts';
import type { Transactions } from './transactions.ts';
import type { SipTransport } from './transport.ts';

export interface Subscribe {
  /** Whose dialogs. */
  address: string;
  callId: string;
  localTag: string;
  /** Within a subscription: the notifier's tag, its Contact, and the way to it. */
  within?: { remoteTag: string; target: string; routes: readonly string[] };
  /** 0 ends the subscription. */
  expiresSeconds: number;
  /** The number of the next request of this subscription, one more each time. */
  nextCSeq(): number;
}

/** A nonce is used, and counted, until the PBX gives another. */
interface Known {
  challenge: Challenge;
  count: number;
}

/** What the PBX asks with, and what it is answered with. */
const WAYS = [
  { status: 401, challenge: 'www-authenticate', field: 'Authorization' },
  { status: 407, challenge: 'proxy-authenticate', field: 'Proxy-Authorization' },
] as const;

/** The first, one per way of asking, and one after a stale nonce of each. */
const MOST_TRIES = 5;

export class UserAgent {
  readonly #transport: SipTransport;
  readonly #transactions: Transactions;
  readonly #login: Login | undefined;
  readonly #known = new Map<(typeof WAYS)[number]['field'], Known>();

  constructor(transport: SipTransport, transactions: Transactions, login: Login | undefined) {
    this.#transport = transport;
    this.#transactions = transactions;
    this.#login = login;
  }

  /**
   * @returns the final response other than a challenge; `silence` where none came
   * @throws CallhookError `SOURCE_LOGIN_REFUSED`
   */
  async subscribe(subscribe: Subscribe, signal: AbortSignal): Promise<SipResponse | 'silence'> {
    /** Nonces that were given in answer to this very request. */
    const fresh = new Set<string>();
    for (let tries = 1; ; tries += 1) {
      const response = await this.#transactions.request(this.#build(subscribe), signal);
      const way = response === 'silence' ? undefined : WAYS.find(({ status }) => status === response.status);
      if (response === 'silence' || way === undefined) return response;
      const challenge = chooseChallenge(response.headers.raw(way.challenge));
      if (this.#login === undefined) throw loginRefused({});
      if (challenge === undefined) throw noUsableChallenge();
      const used = this.#known.get(way.field)?.challenge.nonce;
      // The login itself was wrong if even a nonce made for this request did not help.
      if (used !== undefined && fresh.has(used) && !challenge.isStale) throw loginRefused(this.#login);
      if (tries >= MOST_TRIES) throw loginRefused(this.#login);
      fresh.add(challenge.nonce);
      this.#known.set(way.field, { challenge, count: 0 });
    }
  }

  #build({ address, callId, localTag, within, expiresSeconds, nextCSeq }: Subscribe): SipRequest {
    const uri = within?.target ?? address;
    const host = address.slice(address.indexOf('@') + 1);
    const name = this.#login?.username ?? 'callhook';
    const { protocol, here } = this.#transport;
    const transport = protocol === 'UDP' ? '' : `;transport=${protocol.toLowerCase()}`;
    const headers = new Headers([
      ['Max-Forwards', '70'],
      ...(within?.routes ?? []).map((route) => ['Route', route] as const),
      ['From', `<sip:${encodeURIComponent(name)}@${host}>;tag=${localTag}`],
      ['To', `<${address}>${within === undefined ? '' : `;tag=${within.remoteTag}`}`],
      ['Call-ID', callId],
      ['CSeq', `${nextCSeq()} SUBSCRIBE`],
      ['Contact', `<sip:callhook@${here}${transport}>`],
      ['Event', 'dialog'],
      ['Expires', `${expiresSeconds}`],
      ['Accept', 'application/dialog-info+xml'],
      ['Allow', 'NOTIFY'],
      ['User-Agent', `Callhook/${VERSION}`],
      ...this.#authorisations(uri),
    ]);
    return { kind: 'request', method: 'SUBSCRIBE', uri, headers, body: new Uint8Array() };
  }

  #authorisations(uri: string): (readonly [string, string])[] {
    const login = this.#login;
    if (login === undefined) return [];
    return [...this.#known].map(([field, known]) => {
      known.count += 1;
      const cnonce = randomBytes(8).toString('hex');
      const use = { method: 'SUBSCRIBE', uri, count: known.count, cnonce };
      return [field, authorise(known.challenge, login, use)] as const;
    });
  }
}
