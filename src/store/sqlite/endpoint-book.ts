/**
 * What the one serving process knows of its endpoints without asking the file: settings, health, claims, and when each
 * is worth a look. Lanes and messages stay in the file, so that a million that wait take no memory.
 *
 * An entry is queued under the time of its next chance. `dueAtMs` may be too early (then a look finds nothing and
 * corrects it), never too late.
 */
import TinyQueue from 'tinyqueue';
import { nextChanceMs, OPEN_GATE, type Gate } from '../../policy/endpoint-health.ts';
import type { EndpointWithSecret } from '../../policy/organisation.ts';

export interface Entry {
  organisationId: string;
  endpoint: EndpointWithSecret;
  gate: Gate;
  /** When the earliest of its free lanes is due; Infinity if none waits. */
  dueAtMs: number;
  /** Claimed lanes and the tokens of their claims. */
  claimed: Map<number, string>;
  /** It has as many claims as it may: a settlement brings it back. */
  full: boolean;
}

interface Look {
  atMs: number;
  /** Among those that are due, who was looked at longest ago comes first. */
  turn: number;
  entry: Entry;
}

export class EndpointBook {
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new TinyQueue<Look>([], (a, b) => a.atMs - b.atMs || a.turn - b.turn);
  /** The look that counts for an entry; older ones in the queue are stale. */
  readonly #current = new Map<Entry, Look>();
  #turn = 0;

  /** Takes over what the directory says now. Claims and rates of endpoints that are still there go on. */
  load(
    rows: Iterable<Pick<Entry, 'organisationId' | 'endpoint'> & { health: Gate['health']; waits: boolean }>,
  ): void {
    const before = new Map(this.#entries);
    this.#entries.clear();
    for (const { organisationId, endpoint, health, waits } of rows) {
      const name = nameOf(organisationId, endpoint.id);
      const entry: Entry = before.get(name) ?? {
        organisationId,
        endpoint,
        gate: OPEN_GATE,
        dueAtMs: Infinity,
        claimed: new Map(),
        full: false,
      };
      entry.endpoint = endpoint;
      // The file does not tell that a probe is under way.
      const probes = entry.gate.health.kind === 'probing' && health.kind === 'paused';
      entry.gate = { health: probes ? entry.gate.health : health, tatMs: entry.gate.tatMs };
      entry.full = false;
      entry.dueAtMs = waits ? 0 : Infinity;
      this.#entries.set(name, entry);
      before.delete(name);
      this.#enqueue(entry);
    }
    for (const gone of before.values()) this.#current.delete(gone);
  }

  get(organisationId: string, endpointId: string): Entry | undefined {
    return this.#entries.get(nameOf(organisationId, endpointId));
  }

  all(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** A lane of it is due then. */
  isDue(entry: Entry, atMs: number): void {
    if (atMs >= entry.dueAtMs) return;
    entry.dueAtMs = atMs;
    this.#enqueue(entry);
  }

  /** Its claims or its gate have changed: is it worth a look earlier or later? */
  changed(entry: Entry): void {
    this.#enqueue(entry);
  }

  /** The next one that is worth a look now. Tell what came of it by `looked`, or it is not looked at again. */
  next(nowMs: number): Entry | undefined {
    for (;;) {
      const look = this.#peek();
      if (look === undefined || look.atMs > nowMs) return undefined;
      this.#queue.pop();
      this.#current.delete(look.entry);
      return look.entry;
    }
  }

  /** When the next look is worth it; undefined: not before something changes. */
  nextAtMs(): number | undefined {
    return this.#peek()?.atMs;
  }

  #peek(): Look | undefined {
    for (;;) {
      const look = this.#queue.peek();
      if (look === undefined || this.#current.get(look.entry) === look) return look;
      this.#queue.pop();
    }
  }

  #enqueue(entry: Entry): void {
    const chanceMs = entry.full ? undefined : nextChanceMs(entry.gate);
    const atMs = Math.max(entry.dueAtMs, chanceMs ?? Infinity, 0);
    if (atMs === Infinity) {
      this.#current.delete(entry);
      return;
    }
    if (this.#current.get(entry)?.atMs === atMs) return;
    this.#turn += 1;
    const look = { atMs, turn: this.#turn, entry };
    this.#current.set(entry, look);
    this.#queue.push(look);
  }
}

export function nameOf(organisationId: string, endpointId: string): string {
  return `${organisationId}/${endpointId}`;
}
