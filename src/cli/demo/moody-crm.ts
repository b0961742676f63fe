/** The CRM of the portal's demo: a real HTTPS server that mostly says 204, sometimes slowly, and in one place fails now and then. */
import { randomInt } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../runtime/clock.ts';
import type { Certificate } from '../listen/certificate.ts';

export interface MoodyCrm {
  /** Well, but now and then slow. */
  steadyUrl: string;
  /** Fails for a while, is well for a while. */
  failingUrl: string;
  close(): Promise<void>;
}

const STEADY = '/calls';
const FAILING = '/archive';
/** Of each round, the first part is bad. */
const ROUND_MS = 90_000;
const BAD_MS = 25_000;
const SLOW_ONE_IN = 15;

export async function startMoodyCrm(
  { key, cert }: Pick<Certificate, 'key' | 'cert'>,
  clock: Clock,
): Promise<MoodyCrm> {
  const closing = new AbortController();
  const answer = async (path: string, response: ServerResponse) => {
    const isSlow = randomInt(SLOW_ONE_IN) === 0;
    await clock.sleep(isSlow ? randomInt(1_500, 4_000) : randomInt(15, 180), closing.signal);
    const isBad = path === FAILING && clock.nowMs() % ROUND_MS < BAD_MS;
    if (isBad) response.writeHead(503).end('The archive is being updated. Try again in a moment.\n');
    else response.writeHead(204).end();
  };
  const server = createServer({ key, cert }, (request, response) => {
    request.resume().once('end', () => void answer(request.url ?? '', response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    steadyUrl: base + STEADY,
    failingUrl: base + FAILING,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
