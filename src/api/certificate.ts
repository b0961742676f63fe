/**
 * The API's own TLS: which certificate it shows, and that a renewed one is shown without a restart. The files are read every
 * few seconds, since a renewal may swap files, links or folders in any order; what cannot be used changes nothing.
 */
import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TlsOptions } from 'node:tls';
import type { Clock } from '../runtime/clock.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { timeText } from './shapes.ts';

export interface Certificate {
  /** PEM: the server's certificate, then those between it and its authority. */
  cert: string;
  key: string;
  validFromMs: number;
  validUntilMs: number;
}

export interface CertificateOptions {
  /** What is to be shown now. @throws CallhookError what is wrong with it */
  read(): Promise<Certificate>;
  clock: Clock;
  log: Logger;
  lookEveryMs?: number;
}

const LOOK_EVERY_MS = 5_000;
/** So long a client may take to greet. */
const HANDSHAKE_WITHIN_MS = 10_000;
const DAY_MS = 86_400_000;
/** Warned of from then on, every day: a renewal in good time came before. */
const WARN_BEFORE_MS = 14 * DAY_MS;

export class ShownCertificate {
  readonly #options: CertificateOptions;
  #shown: Certificate;
  #problem: string | undefined;
  #warnedAtMs = -Infinity;
  readonly #servers: Server[] = [];

  private constructor(options: CertificateOptions, shown: Certificate) {
    this.#options = options;
    this.#shown = shown;
  }

  /** @throws CallhookError why there is none that can be shown */
  static async open(options: CertificateOptions): Promise<ShownCertificate> {
    return new ShownCertificate(options, await options.read());
  }

  get validUntilMs(): number {
    return this.#shown.validUntilMs;
  }

  /** One that shows it. */
  createServer(options: ServerOptions, listener: RequestListener): Server {
    const tls = { ...contextOf(this.#shown), handshakeTimeout: HANDSHAKE_WITHIN_MS };
    const server = createServer({ ...options, ...tls }, listener);
    this.#servers.push(server);
    return server;
  }

  /** Looks at the files until `signal` aborts. Connections that are there go on under the certificate they began with. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, lookEveryMs = LOOK_EVERY_MS } = this.#options;
    while (!signal.aborted) {
      this.#warnOfItsEnd();
      await clock.sleep(lookEveryMs, signal);
      if (!signal.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    const { read, log } = this.#options;
    try {
      const found = await read();
      this.#problem = undefined;
      if (found.cert === this.#shown.cert && found.key === this.#shown.key) return;
      for (const server of this.#servers) server.setSecureContext(contextOf(found));
      this.#shown = found;
      this.#warnedAtMs = -Infinity;
      log.info({ valid_until: timeText(found.validUntilMs) }, 'the API shows its new certificate');
    } catch (error) {
      if (!(error instanceof CallhookError)) throw error;
      if (error.message !== this.#problem) {
        log.warn(
          { problem: error.message },
          'the API’s new certificate cannot be used: the one before goes on',
        );
      }
      this.#problem = error.message;
    }
  }

  #warnOfItsEnd(): void {
    const { clock, log } = this.#options;
    const nowMs = clock.nowMs();
    const { validUntilMs } = this.#shown;
    if (validUntilMs - nowMs > warnedBeforeMs(this.#shown) || nowMs - this.#warnedAtMs < DAY_MS) return;
    this.#warnedAtMs = nowMs;
    const valid_until = timeText(validUntilMs);
    if (validUntilMs > nowMs) log.warn({ valid_until }, 'the API’s certificate ends soon: have it renewed');
    else log.error({ valid_until }, 'the API’s certificate has expired: clients refuse it');
  }
}

/** A fifth of the time of those that are made for weeks or days. */
function warnedBeforeMs({ validFromMs, validUntilMs }: Certificate): number {
  return Math.min(WARN_BEFORE_MS, (validUntilMs - validFromMs) / 5);
}

function contextOf({ cert, key }: Certificate): TlsOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}
