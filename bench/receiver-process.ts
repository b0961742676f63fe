/** Starts receiver.ts as a process of its own and asks it what came. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

export type Arrivals = [id: string, atMs: number][];

export interface ReceiverProcess {
  url: string;
  /** Its certificate, PEM. */
  cert: string;
  /** What came since the last time, by `webhook-id`. */
  arrivals(): Promise<Arrivals>;
  stop(): void;
}

export async function startReceiver(): Promise<ReceiverProcess> {
  const receiver = fork(new URL('./receiver.ts', import.meta.url), { stdio: 'inherit' });
  const [{ port, cert }] = (await once(receiver, 'message')) as [{ port: number; cert: string }];
  return {
    url: `https://127.0.0.1:${port}/calls`,
    cert,
    async arrivals() {
      receiver.send('arrivals');
      const [arrivals] = (await once(receiver, 'message')) as [Arrivals];
      return arrivals;
    },
    stop: () => receiver.kill(),
  };
}
