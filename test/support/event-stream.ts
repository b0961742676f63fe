/** Listens to a stream of server-sent events over a real connection, as a browser reads it. */
import { request, type IncomingMessage } from 'node:http';

export interface SentEvent {
  name: string;
  id: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever was sent
  data: any;
}

export interface EventStream {
  status: number;
  headers: IncomingMessage['headers'];
  events: SentEvent[];
  /** The last id that was sent, also without an event. */
  lastId(): string;
  /** Comments so far: heartbeats. */
  heartbeats(): number;
  retryMs(): number | undefined;
  /** Resolves when it holds. Rejects where the stream ends before. */
  until(holds: () => boolean): Promise<void>;
  ended: Promise<void>;
  /** Takes nothing any more. */
  pause(): void;
  close(): void;
}

export async function openStream(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
  const sent = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
  sent.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
  const events: SentEvent[] = [];
  const looks = new Set<() => void>();
  const state = { id: '', heartbeats: 0, retryMs: undefined as number | undefined, isOver: false };
  const read = (block: string) => {
    let [name, data] = ['message', ''];
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (line.startsWith(':')) state.heartbeats += 1;
      else if (field === 'event') name = value;
      else if (field === 'data') data += value;
      else if (field === 'id') state.id = value;
      else if (field === 'retry') state.retryMs = Number(value);
    }
    if (data !== '') events.push({ name, id: state.id, data: JSON.parse(data) });
  };
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    blocks.forEach(read);
    looks.forEach((look) => look());
  });
  const ended = new Promise<void>((resolve) => {
    response.once('close', () => {
      state.isOver = true;
      resolve();
      looks.forEach((look) => look());
    });
  });
  response.on('error', () => {});
  return {
    status: response.statusCode!,
    headers: response.headers,
    events,
    lastId: () => state.id,
    heartbeats: () => state.heartbeats,
    retryMs: () => state.retryMs,
    ended,
    until: (holds) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!holds() && !state.isOver) return;
          looks.delete(look);
          if (holds()) resolve();
          else reject(new Error(`the stream ended before: ${JSON.stringify(events)}`));
        };
        looks.add(look);
        look();
      }),
    pause: () => void response.pause(),
    close: () => void sent.destroy(),
  };
}
