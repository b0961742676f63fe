/**
 * One connection to Asterisk's Manager Interface: TCP or TLS, login, actions and their answers, and a ping so that
 * a half-open connection is noticed. Lives until it breaks; reconnecting is run.ts's job.
 * Source: https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { AmiSettings } from '../../policy/directory.ts';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import { dial } from '../dial.ts';
import { AmiDecoder } from './decoder.ts';
import type { AmiPacket } from './packet.ts';

export interface AmiTimes {
  connectMs: number;
  /** An action without an answer for this long breaks the connection. */
  answerMs: number;
  /** Asterisk is asked for a sign of life after this long without a byte. */
  pingAfterMs: number;
}

export const DEFAULT_TIMES: AmiTimes = { connectMs: 10_000, answerMs: 10_000, pingAfterMs: 15_000 };

interface Waiting {
  answer(packet: AmiPacket): void;
  failed(error: Error): void;
  timer: NodeJS.Timeout;
}

export class AmiConnection {
  readonly decoder: AmiDecoder;
  readonly #socket: Socket;
  readonly #settings: AmiSettings;
  readonly #times: AmiTimes;
  readonly #waiting = new Map<string, Waiting>();
  readonly #actionPrefix = randomBytes(9).toString('base64url');
  #actions = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #paused = false;

  private constructor(socket: Socket, settings: AmiSettings, wanted: ReadonlySet<string>, times: AmiTimes) {
    this.#socket = socket;
    this.#settings = settings;
    this.#times = times;
    this.decoder = new AmiDecoder(wanted);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, times.pingAfterMs);
    // Errors are told by the loop in `packets`; without a listener they would end the process.
    socket.on('error', () => {});
    socket.on('close', () =>
      this.#failAll(new CallhookError('SOURCE_UNREACHABLE', 'Asterisk closed the connection.')),
    );
  }

  /** @throws CallhookError `SOURCE_UNREACHABLE` with what to check */
  static async open(
    settings: AmiSettings,
    wanted: ReadonlySet<string>,
    times: AmiTimes,
    signal: AbortSignal,
  ): Promise<AmiConnection> {
    const socket = dial(settings, (code, cause) => unreachable(settings, code, cause));
    const timeout = AbortSignal.timeout(times.connectMs);
    try {
      await once(socket, settings.tls ? 'secureConnect' : 'connect', {
        signal: AbortSignal.any([signal, timeout]),
      });
    } catch (cause) {
      socket.destroy();
      throw unreachable(settings, timeout.aborted ? 'ETIMEDOUT' : (systemCodeOf(cause) ?? 'unknown'), cause);
    }
    return new AmiConnection(socket, settings, wanted, times);
  }

  /** True for the ActionID of an action sent here; nobody else can know it. */
  isOwn(actionId: string | undefined): boolean {
    return actionId?.startsWith(`${this.#actionPrefix}-`) ?? false;
  }

  /**
   * Sends one action and waits for its answer, `Success` or not. `packets` must be read meanwhile.
   * @param headers names and values; a value with a line break is refused, it would be a second header
   */
  async ask(action: string, headers: Readonly<Record<string, string>> = {}): Promise<AmiPacket> {
    this.#actions += 1;
    const actionId = `${this.#actionPrefix}-${this.#actions}`;
    const all = Object.entries({ Action: action, ActionID: actionId, ...headers });
    if (all.some(([, value]) => /[\r\n]/.test(value))) throw new TypeError('a line break in an AMI header');
    return new Promise((answer, failed) => {
      const expire = () => {
        // While reading is paused no answer can be seen, so none is missed.
        if (this.#paused) return void timer.refresh();
        this.#waiting.delete(actionId);
        this.#socket.destroy();
        failed(
          this.decoder.version === undefined
            ? notAsterisk(this.#settings)
            : new CallhookError('SOURCE_UNREACHABLE', `Asterisk did not answer the action ${action}.`),
        );
      };
      const timer = setTimeout(expire, this.#times.answerMs);
      this.#waiting.set(actionId, { answer, failed, timer });
      this.#socket.write(`${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    });
  }

  /**
   * Logs in, by challenge where Asterisk offers it (the password then does not cross the wire), else plainly.
   * @throws CallhookError `SOURCE_LOGIN_REFUSED`
   */
  async login(): Promise<void> {
    const { username, secret } = this.#settings;
    const challenge = await this.ask('Challenge', { AuthType: 'MD5' });
    const token = challenge.fields.get('Challenge');
    const proof: Record<string, string> =
      challenge.name === 'Success' && token !== undefined
        ? {
            AuthType: 'MD5',
            Key: createHash('md5')
              .update(token + secret)
              .digest('hex'),
          }
        : { Secret: secret };
    // Nothing is sent before it is asked for: the class is chosen after the list is ready to be taken.
    const answer = await this.ask('Login', { Username: username, ...proof, Events: 'off' });
    if (answer.name !== 'Success') {
      throw new CallhookError(
        'SOURCE_LOGIN_REFUSED',
        `Asterisk refused the login of ${username}. Compare username and secret with manager.conf, and its permit/deny lines with this machine's address.`,
      );
    }
  }

  /**
   * All packets that are not answers to `ask`, in arrays as they arrive together, until the connection ends.
   * @param paused resolves when more may be read
   * @throws CallhookError `SOURCE_PROTOCOL` if it is not Asterisk that speaks, else what broke the socket
   */
  async *packets(paused: () => Promise<void>): AsyncGenerator<AmiPacket[], void, void> {
    this.#watch();
    try {
      for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
        const packets = this.decoder.push(chunk).filter((packet) => !this.#isAnswer(packet));
        if (this.decoder.started && this.decoder.version === undefined) throw notAsterisk(this.#settings);
        if (packets.length > 0) yield packets;
        clearTimeout(this.#idleTimer);
        this.#paused = true;
        await paused();
        this.#paused = false;
        this.#watch();
      }
    } finally {
      this.close();
    }
  }

  /** May be called twice. */
  close(): void {
    clearTimeout(this.#idleTimer);
    this.#socket.destroy();
    this.#failAll(new CallhookError('SOURCE_UNREACHABLE', 'The connection to Asterisk was closed.'));
  }

  #isAnswer(packet: AmiPacket): boolean {
    const actionId = packet.kind === 'response' ? packet.fields.get('ActionID') : undefined;
    const waiting = actionId === undefined ? undefined : this.#waiting.get(actionId);
    if (actionId === undefined || waiting === undefined) return false;
    this.#waiting.delete(actionId);
    clearTimeout(waiting.timer);
    waiting.answer(packet);
    return true;
  }

  /** After a while of silence a ping; when it stays unanswered, `ask` ends the connection. */
  #watch(): void {
    clearTimeout(this.#idleTimer);
    if (this.#socket.destroyed) return;
    this.#idleTimer = setTimeout(() => {
      this.ask('Ping').then(
        () => this.#watch(),
        () => {},
      );
    }, this.#times.pingAfterMs);
  }

  #failAll(error: Error): void {
    for (const { failed, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      failed(error);
    }
    this.#waiting.clear();
  }
}

function notAsterisk({ host, port }: AmiSettings): CallhookError {
  return new CallhookError(
    'SOURCE_PROTOCOL',
    `What answers on ${host}:${port} is not the Asterisk Manager Interface. Is it the port of manager.conf?`,
  );
}

function unreachable({ host, port, tls }: AmiSettings, code: string, cause: unknown): CallhookError {
  const where = `${host}:${port}`;
  const advice: Record<string, string> = {
    ECONNREFUSED: `Nothing listens on ${where}. In manager.conf: enabled=yes, and bindaddr and port as given here; is Asterisk running?`,
    ENOTFOUND: `The host name ${host} is not known.`,
    ETIMEDOUT: `No answer from ${where}. Is the address right, does a firewall stand between?`,
    ECONNRESET: `${where} hung up at once.${tls ? ' Does that port speak TLS (tlsenable=yes, tlsbindaddr in manager.conf)?' : ''}`,
  };
  const ofTls = tls
    ? ` TLS with ${where} failed (${code}). Is it the TLS port, and is its certificate signed by ca_file and made for ${host}?`
    : '';
  return new CallhookError(
    'SOURCE_UNREACHABLE',
    advice[code] ?? (ofTls.trim() || `${where} cannot be reached (${code}).`),
    {
      cause,
    },
  );
}
