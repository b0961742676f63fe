/** Runs what Asterisk writes through decoder and mapper. */
import type { LegEvent } from '../../src/call/leg-event.ts';
import { listAnswer } from '../../src/cli/demo/ami-server.ts';
import { AmiDecoder } from '../../src/source/ami/decoder.ts';
import { AmiMapper, WANTED_EVENTS, type ResyncResult } from '../../src/source/ami/mapper.ts';
import { listed, type Block } from './ami.ts';

export function map(text: string, mapper = new AmiMapper()): LegEvent[] {
  return new AmiDecoder(WANTED_EVENTS)
    .push(Buffer.from(text))
    .flatMap((packet) => mapper.take(packet, 1_000));
}

/** A resync. @param meanwhile what Asterisk says while it writes the list */
export function listedIn(
  mapper: AmiMapper,
  channels: readonly (readonly [Block, application: string])[],
  meanwhile = '',
): ResyncResult & { meanwhile: LegEvent[] } {
  const items = channels.map(([channel, application]) => listed(channel, application));
  const answer = listAnswer('Channels will follow', 'CoreShowChannelsComplete', items);
  mapper.beginResync();
  for (const packet of new AmiDecoder(WANTED_EVENTS).push(Buffer.from(answer.replaceAll('{id}', 'own')))) {
    if (packet.name === 'CoreShowChannel') mapper.list(packet);
  }
  const said = map(meanwhile, mapper);
  return { ...mapper.completeResync(2_000), meanwhile: said };
}
