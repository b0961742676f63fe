/**
 * The floor under every delivery figure: the same POSTs with nothing around them. What other benchmarks send goes
 * through the same `createSender`, so a ratio compares what is around the POST and not the POST.
 */
import { Agent, request } from 'undici';

/** Connections, and POSTs under way at the same time. */
export const CONCURRENCY = 64;

/** About as long as Callhook's body of an incoming call: 370 bytes. */
export function bodyLike(seqNum: number) {
  return { seq_num: seqNum, call_id: 'x'.repeat(22), rest: 'x'.repeat(330) };
}

export interface Sender {
  /** Resolves when the receiver has answered 2xx. */
  send(id: string, body: string): Promise<void>;
  close(): Promise<void>;
}

/** @param ca the receiver's certificate, PEM */
export function createSender(url: string, ca: string): Sender {
  const dispatcher = new Agent({ connections: CONCURRENCY, connect: { ca } });
  return {
    async send(id, body) {
      const headers = { 'content-type': 'application/json', 'webhook-id': id, 'user-agent': 'raw' };
      const answer = await request(url, { dispatcher, method: 'POST', headers, body });
      await answer.body.dump();
      if (answer.statusCode >= 300) throw new Error(`the receiver answered ${answer.statusCode}`);
    },
    close: () => dispatcher.close(),
  };
}

/** @returns POSTs a second */
export async function rawUndici(url: string, ca: string, count: number): Promise<number> {
  const sender = createSender(url, ca);
  const body = JSON.stringify(bodyLike(1));
  const work = async (share: number) => {
    for (let i = 0; i < share; i += 1) await sender.send('raw', body);
  };
  const all = (share: number) => Promise.all(Array.from({ length: CONCURRENCY }, () => work(share)));
  await all(2);
  const share = Math.ceil(count / CONCURRENCY);
  const started = performance.now();
  await all(share);
  const rate = (share * CONCURRENCY * 1_000) / (performance.now() - started);
  await sender.close();
  return rate;
}
