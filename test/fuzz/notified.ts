/** Recorded NOTIFYs of dialog events as a subject: each is a datagram of its own. */
import { readFileSync } from 'node:fs';
import { createDialogPlayback } from '../../src/source/dialog-info/playback.ts';
import { readNotify } from '../../src/source/dialog-info/packet.ts';
import { parseDatagram, type SipRequest } from '../../src/source/dialog-info/sip/message.ts';
import type { Playback } from '../../src/source/playback.ts';
import type { SourceSink } from '../../src/source/source.ts';
import { CallhookError } from '../../src/runtime/errors.ts';
import { transcriptsOf } from '../support/transcripts.ts';
import type { Framing } from './mutations.ts';
import type { Subject } from './subjects.ts';

const START = /(?=NOTIFY sip:watcher)/;
/** In place of a document: every subscription ends, and new ones show that nobody telephones. */
const NOTHING = 'nothing is up';

const NOTIFIED: Framing = {
  packets: (recording) => recording.toString('latin1').split(START),
  reframed(packet) {
    const end = packet.indexOf('\r\n\r\n') + 4;
    const length = packet.length - end;
    return (
      packet.slice(0, end).replace(/Content-Length: \d+/, `Content-Length: ${length}`) + packet.slice(end)
    );
  },
  callerName: /(<identity>)([^<]*)(<\/identity>)/,
  // As some PBXes write it: not escaped at all.
  hostileName: (name) => Buffer.from(name).toString('latin1'),
};

export const DIALOG_INFO: Subject = {
  kind: 'dialog-info',
  framing: NOTIFIED,
  recordings: transcriptsOf('kamailio').map(({ recordings: [path] }) =>
    readFileSync(path!, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Buffer.from((JSON.parse(line) as { raw: string }).raw).toString('latin1')),
  ),
  create: createNotified,
  nothingIsUp: NOTHING,
  victim: 'sip:1099@127.0.0.1',
};

function createNotified(sink: SourceSink, nowMs: () => number): Playback {
  const playback = createDialogPlayback(sink, nowMs);
  /** What each subscription was last notified with, for each user that a spoilt From makes of it. */
  const held = new Map<string, { text: string; subscription: string }>();
  /** The last number of each subscription. */
  const numbers = new Map<string, number>();
  let made = 0;

  const play = async (text: string) => {
    const raw = JSON.stringify({ raw: Buffer.from(text, 'latin1').toString('utf8') });
    try {
      await playback.recording([{ bytes: Buffer.from(raw) }]);
    } catch (error) {
      // A spoilt document may look like one of a PBX that is refused.
      if (!(error instanceof CallhookError) || error.code !== 'SOURCE_PROTOCOL') throw error;
    }
  };

  const remember = (text: string) => {
    const request = parseDatagram(Buffer.from(Buffer.from(text, 'latin1').toString('utf8')));
    const notify = request?.kind === 'request' ? readNotify(request) : undefined;
    if (notify === undefined || 'status' in notify) return;
    // A spoilt From may be another user's.
    const from = (request as SipRequest).headers.get('from');
    const subscription = JSON.stringify([notify.callId, notify.localTag, notify.remoteTag]);
    numbers.set(subscription, Math.max(notify.cseq, numbers.get(subscription) ?? 0));
    held.set(JSON.stringify([subscription, from]), { text: headOf(request as SipRequest), subscription });
  };

  const nothing = async () => {
    for (const { text, subscription } of held.values()) {
      const number = (numbers.get(subscription) ?? 0) + 1;
      numbers.set(subscription, number);
      await play(
        `${text}CSeq: ${number} NOTIFY\r\nSubscription-State: terminated\r\nContent-Length: 0\r\n\r\n`,
      );
    }
    for (const { text } of held.values()) {
      made += 1;
      const fresh = text.replace(/^Call-ID: .*$/m, `Call-ID: made${made}`);
      for (const [cseq, state] of [
        [1, 'active'],
        [2, 'terminated'],
      ] as const) {
        await play(
          `${fresh}CSeq: ${cseq} NOTIFY\r\nSubscription-State: ${state}\r\nContent-Length: 0\r\n\r\n`,
        );
      }
    }
    held.clear();
    numbers.clear();
  };

  return {
    async connection(chunks) {
      const text = Buffer.concat([...chunks].map(({ bytes }) => bytes)).toString('latin1');
      if (text === NOTHING) await nothing();
      else {
        made += 1;
        // New calls, by new subscriptions: what is known to be over is not begun again. Lengths stay.
        const mark = made.toString(36).padStart(8, '0');
        const renewed = text.replace(/(^Call-ID: |call-id=")\w{8}/gm, (_, before: string) => before + mark);
        for (const packet of renewed.split(START)) {
          remember(packet);
          await play(packet);
        }
      }
      return { packets: 1, broken: 0, resynced: false };
    },
  };
}

/** What names the subscription, and whose it is. */
function headOf({ headers }: SipRequest): string {
  const kept = ['From', 'To', 'Call-ID'].map(
    (name) => `${name}: ${headers.get(name.toLowerCase()) ?? ''}\r\n`,
  );
  return Buffer.from(`NOTIFY sip:watcher@127.0.3.1 SIP/2.0\r\n${kept.join('')}Event: dialog\r\n`).toString(
    'latin1',
  );
}
