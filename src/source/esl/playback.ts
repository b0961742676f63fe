/**
 * Plays the recorded bytes of Event Socket connections through the same decoder and mapper as a live one. The first
 * list of channels that stands in a recording is taken as the answer to ours; so are the channels told one by one
 * (`uuid_dump`) that stand between it and the next event.
 */
import type { Playback } from '../playback.ts';
import type { SourceSink } from '../source.ts';
import { EslDecoder } from './decoder.ts';
import { EslMapper } from './mapper.ts';
import { eventTimeMs, readJsonFields } from './packet.ts';
import { readList, type Detail, type ListedChannel } from './resync.ts';

/** @param nowMs the time that is taken where the recording tells none */
export function createEslPlayback(sink: SourceSink, nowMs: () => number): Playback {
  const mapper = new EslMapper({ ignored: (channel, why) => sink.ignored(channel, why) });
  /** The latest time that the PBX itself has told. */
  let recordedMs: number | undefined;

  return {
    async connection(chunks) {
      const decoder = new EslDecoder();
      let packets = 0;
      let list: { listed: readonly ListedChannel[]; arrivedAtMs: number | undefined } | undefined;
      let details = new Map<string, Detail>();
      let resynced = false;

      const completeResync = async () => {
        if (list === undefined) return;
        const { listed, arrivedAtMs } = list;
        const atMs = arrivedAtMs ?? recordedMs ?? nowMs();
        list = undefined;
        const { legs, alive } = mapper.completeResync(listed, details, atMs);
        await sink.legs(legs);
        await sink.alive(alive, atMs);
      };

      /** One answer to `api …`: which question it answers is not recorded. */
      const takeAnswer = (body: string, arrivedAtMs: number | undefined) => {
        const detail = readJsonFields(body);
        const uuid = detail?.get('Unique-ID');
        if (detail !== undefined && uuid !== undefined) {
          details.set(uuid, detail);
          recordedMs = Math.max(recordedMs ?? 0, eventTimeMs(detail) ?? 0);
        } else if (!resynced) {
          const listed = readList(body);
          if (listed === undefined) return;
          mapper.beginResync();
          list = { listed, arrivedAtMs };
          details = new Map();
          resynced = true;
        }
      };

      for (const chunk of chunks) {
        for (const packet of decoder.push(chunk.bytes)) {
          packets += 1;
          if (packet.kind === 'event') {
            await completeResync();
            recordedMs = Math.max(recordedMs ?? 0, eventTimeMs(packet.fields) ?? 0);
            await sink.legs(mapper.take(packet, chunk.atMs ?? recordedMs));
          } else if (packet.kind === 'response' && packet.body !== undefined) {
            takeAnswer(packet.body, chunk.atMs);
          }
        }
      }
      await completeResync();
      return { packets, broken: decoder.counts.broken, resynced };
    },
  };
}
