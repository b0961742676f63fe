/**
 * What happens in an organisation, as it happens: one stream of server-sent events for all that listen in this window. The
 * browser itself comes back after a loss and names the last event that it had.
 *
 * An event is only a sign that something is new; the lists that a page shows are then read again, so that what is on
 * the screen is always what the API says. Where there is no stream, they are read every few seconds.
 */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

export type LiveState = 'connecting' | 'connected' | 'reconnecting';

/** With `call_id` where it is about a call; nothing is known of what was missed. */
export type LiveEvent = { kind: 'told'; name: EventName; callId?: string } | { kind: 'missed' };

const EVENTS = ['step', 'message', 'attempt', 'finished', 'health'] as const;
type EventName = (typeof EVENTS)[number];

interface Listener {
  hear(event: LiveEvent): void;
  see(state: LiveState): void;
}

/** While nothing is told. */
const POLL_MS = 5_000;
/** The browser gives up where it was refused; we ask again. */
const AGAIN_MS = 15_000;
/** From one page to the next the stream stays open. */
const LINGER_MS = 5_000;
/** Lists are read again at most so often, and never for more than a fifth of the time. */
const REST_MS = 300;
const REST_TIMES = 4;

const streams = new Map<string, Stream>();

class Stream {
  readonly #organisation: string;
  readonly #listeners = new Set<Listener>();
  #source: EventSource | undefined;
  #state: LiveState = 'connecting';
  #again: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #polling: ReturnType<typeof setInterval> | undefined;

  constructor(organisation: string) {
    this.#organisation = organisation;
  }

  listen(listener: Listener): () => void {
    clearTimeout(this.#leaving);
    this.#listeners.add(listener);
    this.#open();
    listener.see(this.#state);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#leaving = setTimeout(() => this.#close(), LINGER_MS);
    };
  }

  #open(): void {
    if (this.#source !== undefined) return;
    const source = new EventSource(`/api/v1/organisations/${encodeURIComponent(this.#organisation)}/stream`);
    this.#source = source;
    this.#polling ??= setInterval(() => this.#state !== 'connected' && this.#missed(), POLL_MS);
    source.addEventListener('open', () => {
      this.#become('connected');
      this.#missed();
    });
    source.addEventListener('error', () => {
      this.#become('reconnecting');
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(this.#again);
      this.#again = setTimeout(() => {
        this.#source = undefined;
        this.#open();
      }, AGAIN_MS);
    });
    source.addEventListener('reset', () => this.#missed());
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        this.#tell({ kind: 'told', name, ...callOf(data) });
      });
    }
  }

  #close(): void {
    clearTimeout(this.#again);
    clearInterval(this.#polling);
    this.#source?.close();
    streams.delete(this.#organisation);
  }

  #missed(): void {
    this.#tell({ kind: 'missed' });
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener.hear(event);
  }

  #become(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener.see(state);
  }
}

function callOf(data: string): { callId?: string } {
  const { call_id: callId, event } = JSON.parse(data) as { call_id?: string; event?: { call_id: string } };
  const found = callId ?? event?.call_id;
  return found === undefined ? {} : { callId: found };
}

export interface Wishes {
  /** Addresses of the API whose answers are to be kept fresh, as in its OpenAPI document. A constant of the page. */
  keeps: readonly string[];
  /** Left out: every event. */
  callId?: string;
}

/** Keeps what a page shows fresh. */
export function useLive(organisation: string, { keeps, callId }: Wishes): LiveState {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    const refresher = refresh(queryClient, keeps);
    let stream = streams.get(organisation);
    if (stream === undefined) streams.set(organisation, (stream = new Stream(organisation)));
    const leave = stream.listen({
      hear(event) {
        if (event.kind === 'told' && callId !== undefined && event.callId !== callId) return;
        refresher.wake();
      },
      see: setState,
    });
    return () => {
      leave();
      refresher.stop();
    };
  }, [queryClient, organisation, keeps, callId]);
  return state;
}

/** Reads again what was woken for; what comes meanwhile is read the next time, together. */
function refresh(queryClient: QueryClient, keeps: readonly string[]): { wake(): void; stop(): void } {
  let isWoken = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const read = async () => {
    isWoken = false;
    const startedAtMs = performance.now();
    await queryClient.invalidateQueries({ predicate: ({ queryKey }) => keeps.includes(String(queryKey[1])) });
    if (isStopped) return;
    const restMs = Math.max(REST_MS, REST_TIMES * (performance.now() - startedAtMs));
    timer = setTimeout(() => {
      timer = undefined;
      if (isWoken) begin();
    }, restMs);
  };
  const begin = () => {
    timer = setTimeout(() => void read());
  };
  return {
    wake() {
      isWoken = true;
      if (timer === undefined && !isStopped) begin();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
