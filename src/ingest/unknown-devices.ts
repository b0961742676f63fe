/**
 * Counts the legs that are nobody's by their device, for the operator: a trunk, or a phone that the directory lacks. They
 * may come by the thousand a second, so they are counted here and written down every few seconds, and no more devices
 * than this are remembered in between. A count that a crash loses is no loss.
 */
import type { Clock } from '../runtime/clock.ts';
import type { LogStore, UnknownDevice } from '../store/log.ts';

const WRITE_EVERY_MS = 5_000;
const MOST_REMEMBERED = 1_000;
/** Longer ones are no phone's. */
const LONGEST_ADDRESS = 200;

export interface UnknownDevicesOptions {
  log: Pick<LogStore, 'addUnknownDevices'>;
  clock: Clock;
}

export class UnknownDevices {
  readonly #options: UnknownDevicesOptions;
  #seen = new Map<string, UnknownDevice>();

  constructor(options: UnknownDevicesOptions) {
    this.#options = options;
  }

  /** A leg event of this device came. */
  saw(sourceId: string, device: string): void {
    const address = device.slice(0, LONGEST_ADDRESS);
    const name = `${sourceId}/${address}`;
    const known = this.#seen.get(name);
    if (known === undefined && this.#seen.size >= MOST_REMEMBERED) return;
    const lastAtMs = this.#options.clock.nowMs();
    const { events, firstAtMs } = known ?? { events: 0, firstAtMs: lastAtMs };
    this.#seen.set(name, { sourceId, address, events: events + 1, firstAtMs, lastAtMs });
  }

  /** Writes until `signal` aborts, and once more then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(WRITE_EVERY_MS, signal);
      await this.#write();
    }
  }

  /** What cannot be written is forgotten: the next ones come. */
  async #write(): Promise<void> {
    if (this.#seen.size === 0) return;
    const devices = [...this.#seen.values()];
    this.#seen = new Map();
    await this.#options.log.addUnknownDevices(devices).catch(() => {});
  }
}
