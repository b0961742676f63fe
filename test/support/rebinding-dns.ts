/**
 * Run in a process with a file system of its own, whose /etc/resolv.conf names 127.0.0.1: a DNS server that says another
 * address each time, and attempts to what it names. Writes what became of them as JSON.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import packet from 'dns-packet';
import { parseAllowed } from '../../src/delivery/address-guard.ts';
import { createAttempter } from '../../src/delivery/attempt.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { certificateFor, SECRET } from './receiver.ts';

/** Stands for the internet: the one address that is allowed. Everything stays on this machine. */
const OUTSIDE = '127.0.0.2';
/** Stands for what must not be reached. */
const INSIDE = '127.0.0.1';
const NAMES = [
  'turns.rebind.example',
  'both.rebind.example',
  'mapped.rebind.example',
  'metadata.rebind.example',
  'listed.rebind.example',
];

/** Its name server takes its time. */
const SLOW = 'slow.rebind.example';
const SLOW_MS = 150;

const socket = createSocket('udp4');
let asked = 0;
socket.on('message', (bytes, from) => {
  const { id, questions = [] } = packet.decode(bytes);
  const [question] = questions;
  if (question === undefined) return;
  const { name, type } = question;
  const response = { type: 'response', id: id ?? 0, flags: 0x0180, questions } as const;
  const say = () =>
    socket.send(packet.encode({ ...response, answers: answers(name, type) }), from.port, from.address);
  if (name === SLOW) setTimeout(say, SLOW_MS);
  else say();
});

function answers(name: string, type: string): packet.Answer[] {
  if (type === 'AAAA') {
    return name === 'mapped.rebind.example' ? [{ name, type, ttl: 0, data: `::ffff:${INSIDE}` }] : [];
  }
  if (type !== 'A' || name === 'mapped.rebind.example') return [];
  const a = (data: string): packet.Answer => ({ name, type: 'A', ttl: 0, data });
  asked += 1;
  switch (name) {
    case 'turns.rebind.example':
      return [a(asked % 2 === 0 ? OUTSIDE : INSIDE)];
    case SLOW:
      return [a(OUTSIDE)];
    case 'both.rebind.example':
      return [a(OUTSIDE), a(INSIDE)];
    case 'metadata.rebind.example':
      return [a('169.254.169.254')];
    default:
      return [a(INSIDE)];
  }
}

await new Promise<void>((resolve) => socket.bind(53, '127.0.0.1', resolve));
const certificate = await certificateFor('*.rebind.example');
const serve = async (host: string, port: number) => {
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (_request, response) =>
    response.writeHead(204, { connection: 'close' }).end(),
  );
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return server;
};
const outside = await serve(OUTSIDE, 0);
const { port } = outside.address() as AddressInfo;
const inside = await serve(INSIDE, port);
let reached = 0;
inside.on('connection', () => (reached += 1));

const attempter = createAttempter({
  allowed: parseAllowed([OUTSIDE, 'listed.rebind.example']).allowed,
  trustedCertificates: [certificate.cert],
  timeouts: { connectMs: 300, totalMs: 1_000 },
  userAgent: 'Callhook/test',
  clock: systemClock,
});
const told: Record<string, { codes: string[]; reached: number }> = {};
for (const name of NAMES) {
  const before = reached;
  const codes: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    const target = { url: `https://${name}:${port}/`, secrets: [SECRET] };
    const { outcome } = await attempter.attempt(target, { id: 'msg_1', body: '{}' });
    codes.push(outcome.ok ? 'delivered' : outcome.code);
  }
  told[name] = { codes, reached: reached - before };
}
const { details: slow } = await attempter.attempt(
  { url: `https://${SLOW}:${port}/`, secrets: [SECRET] },
  { id: 'msg_1', body: '{}' },
);
process.stdout.write(JSON.stringify({ asked, told, slow }));
await attempter.close();
for (const server of [outside, inside]) server.close();
socket.close();
