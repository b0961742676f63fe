/** A connection to FreeSWITCH that only asks. */
import type { EslSettings } from '../../policy/directory.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { EslConnection, type EslTimes, type EventPacket } from './connection.ts';

export class EslInquiry {
  readonly #connection: EslConnection;
  readonly #reading: Promise<void>;
  /** What ended the reading, where that can be mended. */
  #broken: CallhookError | undefined;
  #onEvent: (event: EventPacket) => void = () => {};

  private constructor(connection: EslConnection) {
    this.#connection = connection;
    this.#reading = this.#read();
  }

  /** @throws CallhookError `SOURCE_UNREACHABLE` */
  static async open(settings: EslSettings, times: EslTimes, signal: AbortSignal): Promise<EslInquiry> {
    return new EslInquiry(await EslConnection.open(settings, times, signal));
  }

  /** @throws CallhookError `SOURCE_LOGIN_REFUSED`, `SOURCE_PROTOCOL`, `SOURCE_UNREACHABLE` */
  login(): Promise<void> {
    return this.#orWhy(this.#connection.login());
  }

  /**
   * @param name of the command, for messages
   * @throws CallhookError `SOURCE_UNREACHABLE`, `SOURCE_PROTOCOL`
   */
  ask(command: string, name: string = command): Promise<string> {
    return this.#orWhy(this.#connection.ask(command, name));
  }

  /**
   * What an `api` command says; undefined where it is refused (`permission denied`), or where there is none of that name:
   * its module is not loaded.
   */
  async api(command: string, name: string = command): Promise<string | undefined> {
    const answer = await this.ask(`api ${command}`, name);
    return answer.startsWith('-ERR') || answer.startsWith('-USAGE') ? undefined : answer;
  }

  /** Hands on every event. */
  follow(each: (event: EventPacket) => void): void {
    this.#onEvent = each;
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#connection.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      for await (const events of this.#connection.events(async () => {})) {
        for (const event of events) this.#onEvent(event);
      }
    } catch (error) {
      // A broken socket fails what was asked, and is told there.
      if (error instanceof CallhookError) this.#broken = error;
    }
  }

  async #orWhy<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      await this.close();
      throw this.#broken ?? error;
    }
  }
}
