/** How a connection comes to be: how long each stage takes, whom it reaches, what certificate is shown. */
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { AttemptDetails } from '../policy/attempt-details.ts';
import type { Validity } from './outcome.ts';

type Stage = 'dns' | 'connect' | 'tls';

/** Where an exchange finds the connection that it goes over; undici has one such place for each. */
export interface Line {
  connection?: Connection;
}

export class Connection {
  readonly beganAt = performance.now();
  address: string | undefined;
  tlsVersion: string | undefined;
  /** Of the receiver's certificate, also where it is not accepted. */
  validity: Validity | undefined;
  readonly #took: Partial<Record<Stage, number>> = {};
  /** Under way; undefined: the connection stands, or failed for good. */
  #stage: Stage | undefined;
  #since = this.beganAt;

  /** @param socket has not begun to connect yet */
  constructor(socket: TLSSocket, host: string) {
    this.#stage = isIP(host.replace(/^\[|\]$/g, '')) === 0 ? 'dns' : 'connect';
    socket.once('lookup', (error: Error | null) => this.#next(error === null ? 'connect' : undefined));
    socket.on('connectionAttempt', (address: string) => (this.address = address));
    socket.once('connect', () => {
      this.address = socket.remoteAddress ?? this.address;
      this.#next('tls');
    });
    // Before Node looks whether it accepts the certificate: where it does not, the socket is gone at once.
    socket.prependOnceListener('secure', () => {
      this.#next(undefined);
      this.tlsVersion = socket.getProtocol() ?? undefined;
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return;
      const { validFromDate, validToDate } = certificate;
      this.validity = { fromMs: validFromDate.getTime(), untilMs: validToDate.getTime() };
    });
  }

  /** What there is to tell of its making; the stage that is under way counts until now. */
  tell(details: AttemptDetails, now: number): void {
    for (const [stage, took] of Object.entries(this.#took)) details[stage as Stage] = tenths(took);
    if (this.#stage !== undefined) details[this.#stage] = tenths(now - this.#since);
    if (this.tlsVersion !== undefined) details.tlsVersion = this.tlsVersion;
    if (this.validity !== undefined) details.certificateEndsAtMs = this.validity.untilMs;
  }

  #next(stage: Stage | undefined): void {
    const now = performance.now();
    if (this.#stage !== undefined) this.#took[this.#stage] = now - this.#since;
    this.#stage = stage;
    this.#since = now;
  }
}

/** Milliseconds with one decimal. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
