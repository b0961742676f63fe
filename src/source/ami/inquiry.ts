/**
 * A connection to Asterisk that only asks: single answers, and lists whose items are handed on one by one, however many
 * there are. One list at a time.
 */
import type { AmiSettings } from '../../policy/directory.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { AmiConnection, type AmiTimes } from './connection.ts';
import type { AmiPacket } from './packet.ts';

/** `refused`: the manager user has no right to it. `unknown`: this Asterisk has no such action. */
export type Told = 'told' | 'refused' | 'unknown';

interface Listing {
  item: string;
  each(packet: AmiPacket): void;
  complete(): void;
  failed(why: string): void;
  timer: NodeJS.Timeout;
}

export class AmiInquiry {
  readonly #connection: AmiConnection;
  readonly #times: AmiTimes;
  readonly #reading: Promise<void>;
  #listing: Listing | undefined;
  /** What ended the reading, where that can be mended. */
  #broken: CallhookError | undefined;
  #onEvent: (packet: AmiPacket) => void = () => {};

  private constructor(connection: AmiConnection, times: AmiTimes) {
    this.#connection = connection;
    this.#times = times;
    this.#reading = this.#read();
  }

  /**
   * @param wanted the names of all events that may be listed or followed
   * @throws CallhookError `SOURCE_UNREACHABLE`
   */
  static async open(
    settings: AmiSettings,
    wanted: ReadonlySet<string>,
    times: AmiTimes,
    signal: AbortSignal,
  ): Promise<AmiInquiry> {
    return new AmiInquiry(await AmiConnection.open(settings, wanted, times, signal), times);
  }

  /** The version of the manager's protocol, which its greeting told. */
  get protocol(): string | undefined {
    return this.#connection.decoder.version;
  }

  /** @throws CallhookError `SOURCE_LOGIN_REFUSED`, `SOURCE_PROTOCOL`, `SOURCE_UNREACHABLE` */
  login(): Promise<void> {
    return this.#orWhy(this.#connection.login());
  }

  /** @throws CallhookError `SOURCE_UNREACHABLE`, `SOURCE_PROTOCOL` */
  ask(action: string, headers: Readonly<Record<string, string>> = {}): Promise<AmiPacket> {
    return this.#orWhy(this.#connection.ask(action, headers));
  }

  /**
   * @param item the name of the events that the list consists of
   * @throws CallhookError `SOURCE_UNREACHABLE`, also when the list stops coming
   */
  async list(action: string, item: string, each: (packet: AmiPacket) => void): Promise<Told> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // It may fail while the answer is still waited for, which then tells why.
    promise.catch(() => {});
    const failed = (why: string) => reject(new CallhookError('SOURCE_UNREACHABLE', why));
    const expire = () => failed(`Asterisk did not finish the list of ${action}.`);
    const timer = setTimeout(expire, this.#times.answerMs);
    this.#listing = { item, each, complete: resolve, failed, timer };
    try {
      const told = toldIn(await this.ask(action));
      if (told !== 'listed') return told;
      await promise;
      return 'told';
    } finally {
      clearTimeout(timer);
      this.#listing = undefined;
    }
  }

  /** Hands on every event that answers no question. */
  follow(each: (packet: AmiPacket) => void): void {
    this.#onEvent = each;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#connection.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      for await (const packets of this.#connection.packets(async () => {})) {
        for (const packet of packets) this.#take(packet);
      }
    } catch (error) {
      // A broken socket fails what was asked, and is told there.
      if (error instanceof CallhookError) this.#broken = error;
    }
    this.#listing?.failed('Asterisk closed the connection.');
  }

  #take(packet: AmiPacket): void {
    const actionId = packet.fields.get('ActionID');
    if (actionId === undefined) return this.#onEvent(packet);
    if (!this.#connection.isOwn(actionId) || this.#listing === undefined) return;
    this.#listing.timer.refresh();
    if (packet.name === this.#listing.item) this.#listing.each(packet);
    else if (packet.fields.get('EventList') === 'Complete') this.#listing.complete();
  }

  async #orWhy<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      this.#connection.close();
      await this.#reading;
      throw this.#broken ?? error;
    }
  }
}

function toldIn(answer: AmiPacket): Told | 'listed' {
  const message = answer.fields.get('Message') ?? '';
  if (answer.name === 'Success') return 'listed';
  if (/permission/i.test(message)) return 'refused';
  // `No endpoints found` and the like: there is nothing to list.
  return /unknown command/i.test(message) ? 'unknown' : 'told';
}
