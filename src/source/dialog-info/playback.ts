/**
 * Plays recorded NOTIFYs (`notify.jsonl`: one received message a line, `{"t": time, "raw": text}`) through the same decoder
 * and mapper as live ones. The subscription is the one that the message names; whose it is stands in its From.
 */
import type { RecordedChunk } from '../playback.ts';
import type { SourceSink } from '../source.ts';
import { DialogMapper } from './mapper.ts';
import { otherPbxByName, otherPbxByShape } from './other-pbx.ts';
import { readNotify } from './packet.ts';
import { normalAddress } from './party.ts';
import { otherPbxRefused } from './problem.ts';
import { readNameAddr } from './sip/fields.ts';
import { parseDatagram, type SipRequest } from './sip/message.ts';

export interface PlayedNotifications {
  lines: number;
  /** Those that are no NOTIFY, by number from 1, and why. */
  broken: { line: number; problem: string }[];
}

export interface DialogPlayback {
  /** A later recording goes on where the one before ended. @throws CallhookError for a PBX whose events cannot be used */
  recording(chunks: Iterable<RecordedChunk>): Promise<PlayedNotifications>;
}

/** @param nowMs the time that is taken where the recording tells none */
export function createDialogPlayback(sink: SourceSink, nowMs: () => number): DialogPlayback {
  const mapper = new DialogMapper({ ignored: (dialog, why) => sink.ignored(dialog, why) });
  /** The number of the last NOTIFY of each subscription: one that comes late or twice is not taken. */
  const latest = new Map<string, number>();

  const play = async (request: SipRequest, atMs: number): Promise<string | undefined> => {
    const byName = otherPbxByName(request.headers);
    if (byName !== undefined) throw otherPbxRefused(byName);
    if (request.method !== 'NOTIFY') return 'is no NOTIFY';
    const notify = readNotify(request);
    const address = normalAddress(readNameAddr(request.headers.get('from') ?? '').uri);
    if ('status' in notify) return `is no NOTIFY of dialogs (${notify.reason})`;
    if (address === undefined) return 'does not say whose dialogs it brings';
    const { content } = notify;
    const subscription = JSON.stringify([notify.callId, notify.localTag, notify.remoteTag]);
    if (notify.cseq <= (latest.get(subscription) ?? -1)) return undefined;
    latest.set(subscription, notify.cseq);
    if (content !== 'none') {
      if ('unreadable' in content) return `its document cannot be read: ${content.unreadable}`;
      const byShape = otherPbxByShape(content);
      if (byShape !== undefined) throw otherPbxRefused(byShape);
      const expired = mapper.expire(atMs);
      const { legs } = mapper.take({ subscription, address, document: content, atMs });
      await sink.legs([...expired, ...legs]);
    }
    if (notify.state.state === 'terminated') {
      mapper.endSubscription(subscription, address);
      latest.delete(subscription);
    }
    return undefined;
  };

  return {
    async recording(chunks) {
      const text = Buffer.concat([...chunks].map(({ bytes }) => bytes)).toString('utf8');
      const broken: PlayedNotifications['broken'] = [];
      let lines = 0;
      for (const [index, line] of text.split('\n').entries()) {
        if (line.trim() === '') continue;
        lines += 1;
        const recorded = readLine(line);
        const problem =
          recorded === undefined
            ? 'is no recorded message; each line is {"t": "2026-11-23T02:24:19.769Z", "raw": "NOTIFY …"}'
            : await play(recorded.request, recorded.atMs ?? nowMs());
        if (problem !== undefined) broken.push({ line: index + 1, problem });
      }
      return { lines, broken };
    },
  };
}

function readLine(line: string): { request: SipRequest; atMs?: number } | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { t, raw } = read as { t?: unknown; raw?: unknown };
  const request = typeof raw === 'string' ? parseDatagram(Buffer.from(raw)) : undefined;
  if (request?.kind !== 'request') return undefined;
  const atMs = typeof t === 'string' ? Date.parse(t) : typeof t === 'number' ? t : Number.NaN;
  return Number.isFinite(atMs) ? { request, atMs } : { request };
}
