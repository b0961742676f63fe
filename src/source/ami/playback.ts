/**
 * Plays the recorded bytes of AMI connections through the same decoder and mapper as a live one. The answers to
 * `CoreShowChannels` and `PJSIPShowContacts` that stand in the recording are taken as answers to ours.
 */
import type { Playback } from '../playback.ts';
import type { SourceSink } from '../source.ts';
import { AmiDecoder } from './decoder.ts';
import { AmiMapper, WANTED_EVENTS } from './mapper.ts';
import type { AmiPacket } from './packet.ts';

/** @param nowMs the time that is taken where the recording tells none */
export function createAmiPlayback(sink: SourceSink, nowMs: () => number): Playback {
  const mapper = new AmiMapper({ ignored: (channel, why) => sink.ignored(channel, why) });
  /** The latest time that the PBX itself has told. */
  let recordedMs: number | undefined;

  return {
    async connection(chunks) {
      const decoder = new AmiDecoder(WANTED_EVENTS);
      const lists = new Set<string>();
      let packets = 0;
      let resynced = false;

      const takeListed = async (packet: AmiPacket, atMs: number) => {
        switch (packet.name) {
          case 'CoreShowChannel':
            return mapper.list(packet);
          case 'ContactList':
            return mapper.contacts.list(packet);
          case 'ContactListComplete':
            return mapper.contacts.completeList();
          case 'CoreShowChannelsComplete': {
            const { legs, alive } = mapper.completeResync(atMs);
            await sink.legs(legs);
            await sink.alive(alive, atMs);
            resynced = true;
          }
        }
      };

      for (const chunk of chunks) {
        for (const packet of decoder.push(chunk.bytes)) {
          packets += 1;
          const actionId = packet.fields.get('ActionID');
          const timestamp = Number(packet.fields.get('Timestamp') ?? Number.NaN) * 1_000;
          if (Number.isFinite(timestamp)) recordedMs = Math.max(recordedMs ?? 0, timestamp);
          const atMs = chunk.atMs ?? recordedMs ?? nowMs();
          if (packet.kind === 'response') {
            if (actionId === undefined || packet.fields.get('EventList') !== 'start') continue;
            lists.add(actionId);
            if (packet.fields.get('Message') === 'Channels will follow') mapper.beginResync();
          } else if (actionId === undefined) {
            await sink.legs(mapper.take(packet, atMs));
          } else if (lists.has(actionId)) {
            await takeListed(packet, atMs);
          }
        }
      }
      return { packets, broken: decoder.counts.broken, resynced };
    },
  };
}
