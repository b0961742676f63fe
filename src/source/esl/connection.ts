/**
 * One connection to FreeSWITCH's inbound Event Socket: login, commands and their answers, and a ping so that a
 * half-open connection is noticed. Lives until it breaks; reconnecting is run.ts's job.
 * Source: https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_event_socket_1048924/
 *
 * Answers have no name of their own: they come in the order of the commands.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { EslSettings } from '../../policy/directory.ts';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import { EslDecoder } from './decoder.ts';
import type { EslPacket } from './packet.ts';
import { loginRefused, notFreeswitch, turnedAway, unreachable } from './problem.ts';

export interface EslTimes {
  connectMs: number;
  /** A command without an answer for this long breaks the connection. */
  answerMs: number;
  /** FreeSWITCH is asked for a sign of life after this long without a byte. */
  pingAfterMs: number;
}

export const DEFAULT_TIMES: EslTimes = { connectMs: 10_000, answerMs: 10_000, pingAfterMs: 15_000 };

export type EventPacket = Extract<EslPacket, { kind: 'event' }>;

interface Waiting {
  answer(text: string): void;
  failed(error: Error): void;
  timer: NodeJS.Timeout;
}

export class EslConnection {
  readonly #socket: Socket;
  readonly #settings: EslSettings;
  readonly #times: EslTimes;
  readonly #decoder = new EslDecoder();
  /** In the order in which they are answered; the first of all is the greeting. */
  readonly #waiting: Waiting[] = [];
  readonly #greeted: Promise<string>;
  #isGreeted = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #paused = false;

  private constructor(socket: Socket, settings: EslSettings, times: EslTimes) {
    this.#socket = socket;
    this.#settings = settings;
    this.#times = times;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, times.pingAfterMs);
    // Errors are told by the loop in `events`; without a listener they would end the process.
    socket.on('error', () => {});
    socket.on('close', () => this.#failAll(closedByFreeswitch()));
    this.#greeted = this.#awaitAnswer('greeting');
    this.#greeted.catch(() => {});
  }

  /** @throws CallhookError `SOURCE_UNREACHABLE` with what to check */
  static async open(settings: EslSettings, times: EslTimes, signal: AbortSignal): Promise<EslConnection> {
    const timeout = AbortSignal.timeout(times.connectMs);
    let socket: Socket | undefined;
    try {
      socket = connect({ host: settings.host, port: settings.port });
      await once(socket, 'connect', { signal: AbortSignal.any([signal, timeout]) });
    } catch (cause) {
      socket?.destroy();
      throw unreachable(settings, timeout.aborted ? 'ETIMEDOUT' : (systemCodeOf(cause) ?? 'unknown'), cause);
    }
    return new EslConnection(socket, settings, times);
  }

  /**
   * Logs in with the socket's own password, or as a user of FreeSWITCH's directory where one is named.
   * `events` must be read meanwhile.
   * @throws CallhookError `SOURCE_LOGIN_REFUSED`
   */
  async login(): Promise<void> {
    await this.#greeted;
    const { username, secret } = this.#settings;
    const answer = await this.ask(
      username === undefined ? `auth ${secret}` : `userauth ${username}:${secret}`,
      'auth',
    );
    if (!answer.startsWith('+OK')) throw loginRefused(this.#settings);
  }

  /**
   * Sends one command and waits for its answer: `+OK …`, `-ERR …`, or what an `api` command says.
   * `events` must be read meanwhile.
   * @param name of the command, for messages
   */
  ask(command: string, name: string = command): Promise<string> {
    if (/[\r\n]/.test(command)) throw new TypeError('a line break in a command');
    const answer = this.#awaitAnswer(name);
    this.#socket.write(`${command}\n\n`);
    return answer;
  }

  /**
   * All events, in arrays as they arrive together, until the connection ends.
   * @param paused resolves when more may be read
   * @throws CallhookError `SOURCE_PROTOCOL` if it is not FreeSWITCH that speaks, else what broke the socket
   */
  async *events(paused: () => Promise<void>): AsyncGenerator<EventPacket[], void, void> {
    this.#watch();
    try {
      for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
        const events: EventPacket[] = [];
        for (const packet of this.#decoder.push(chunk)) {
          if (packet.kind === 'event') events.push(packet);
          else this.#take(packet);
        }
        if (events.length > 0) yield events;
        if (this.#decoder.counts.broken > 0) {
          // Where a length was wrong, nothing behind it can be trusted: begin anew, the resync heals.
          if (!this.#isGreeted) throw notFreeswitch(this.#settings);
          return;
        }
        clearTimeout(this.#idleTimer);
        this.#paused = true;
        await paused();
        this.#paused = false;
        this.#watch();
      }
      if (!this.#isGreeted) throw this.#notGreeted();
      this.#failAll(closedByFreeswitch());
    } finally {
      this.close();
    }
  }

  /** May be called twice. */
  close(): void {
    clearTimeout(this.#idleTimer);
    this.#socket.destroy();
    this.#failAll(new CallhookError('SOURCE_UNREACHABLE', 'The connection to FreeSWITCH was closed.'));
  }

  #take(packet: Exclude<EslPacket, EventPacket>): void {
    switch (packet.kind) {
      case 'turned away':
        this.#isGreeted = true;
        this.#failAll(turnedAway(this.#settings));
        return;
      case 'greeting':
        this.#isGreeted = true;
        return this.#answer('');
      case 'reply':
        return this.#answer(packet.text);
      case 'response':
        return this.#answer(packet.body ?? '-ERR longer than can be read');
      case 'farewell':
        // What is behind it is the end.
        return;
    }
  }

  #notGreeted(): CallhookError {
    return this.#socket.bytesRead === 0
      ? unreachable(this.#settings, 'ECONNRESET', undefined)
      : notFreeswitch(this.#settings);
  }

  #answer(text: string): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.answer(text);
  }

  #awaitAnswer(name: string): Promise<string> {
    if (this.#socket.destroyed) return Promise.reject(closedByFreeswitch());
    return new Promise((answer, failed) => {
      const expire = () => {
        // While reading is paused no answer can be seen, so none is missed.
        if (this.#paused) return void timer.refresh();
        this.#failAll(
          this.#isGreeted
            ? new CallhookError('SOURCE_UNREACHABLE', `FreeSWITCH did not answer the command ${name}.`)
            : notFreeswitch(this.#settings),
        );
        this.#socket.destroy();
      };
      const timer = setTimeout(expire, this.#times.answerMs);
      this.#waiting.push({ answer, failed, timer });
    });
  }

  /** After a while of silence a ping; when it stays unanswered, the connection ends. Also a refusal is a sign of life. */
  #watch(): void {
    clearTimeout(this.#idleTimer);
    if (this.#socket.destroyed) return;
    this.#idleTimer = setTimeout(() => {
      this.ask('api uptime').then(
        () => this.#watch(),
        () => {},
      );
    }, this.#times.pingAfterMs);
  }

  #failAll(error: Error): void {
    for (const { failed, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      failed(error);
    }
  }
}

function closedByFreeswitch(): CallhookError {
  return new CallhookError('SOURCE_UNREACHABLE', 'FreeSWITCH closed the connection.');
}
