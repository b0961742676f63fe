/** The receiver of the delivery benchmark, a process of its own: answers 204 and remembers when each body came. */
import { createServer } from 'node:https';
import { generate } from 'selfsigned';

const made = await generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
});

let arrivals: [id: string, atMs: number][] = [];

const server = createServer({ key: made.private, cert: made.cert }, (request, response) => {
  request.resume().on('end', () => {
    arrivals.push([String(request.headers['webhook-id']), performance.timeOrigin + performance.now()]);
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined, cert: made.cert });
});

process.on('message', () => {
  process.send?.(arrivals);
  arrivals = [];
});
