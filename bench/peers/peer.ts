/** What every neighbour is asked to do: hold jobs durably, and hand each to `deliver` until that succeeds. */
import type { bodyLike } from '../raw-undici.ts';

export type Job = ReturnType<typeof bodyLike>;

/** One open queue with a worker in this process. */
export interface Peer {
  /** Puts jobs into the queue, by the call that its documentation has for many at once. */
  enqueue(jobs: Job[]): Promise<void>;
  /** Starts the worker. */
  work(): Promise<void>;
  /** Stops the worker when it has finished what it holds. */
  rest(): Promise<void>;
  /** Lets go of everything; the worker rests already. */
  close(): Promise<void>;
}

export interface Contender {
  name: string;
  /** @param deliver what the worker does with each job; it rejects when the receiver did not take it */
  open(deliver: (job: Job) => Promise<void>): Promise<Peer>;
}
