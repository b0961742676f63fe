/** Sends answers that have no end of their own: until the client goes, is cut off, or the server stops. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './route.ts';

/** So long a stream has for its last words when the server stops. */
const LAST_WORDS_MS = 1_000;

export class Streams {
  readonly #stopping = new AbortController();
  readonly #open = new Set<Promise<void>>();

  constructor(api: FastifyInstance) {
    api.addHook('preClose', async () => {
      this.#stopping.abort();
      await Promise.race([Promise.all(this.#open), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    });
  }

  send(
    request: FastifyRequest,
    reply: FastifyReply,
    { text, cutAfterMs }: NonNullable<Answer['stream']>,
    mayStill: () => Promise<boolean>,
  ): FastifyReply {
    reply.type('text/event-stream; charset=utf-8');
    if (request.method === 'HEAD') return reply.send();
    const { raw } = reply;
    const gone = new AbortController();
    const over = new Promise<void>((resolve) => {
      raw.once('close', () => {
        gone.abort();
        resolve();
      });
    });
    const lines = text({ gone: gone.signal, stopping: this.#stopping.signal, mayStill });
    this.#open.add(over);
    void over.then(() => this.#open.delete(over));
    // Whoever reads is written to at every heartbeat; whoever does not is not.
    raw.setTimeout(cutAfterMs, () => raw.destroy());
    return reply.send(Readable.from(lines));
  }
}
