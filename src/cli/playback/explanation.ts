/**
 * For `playback --explain`: collects what became of each channel and tells it in one line each. The name of a channel
 * can hold a telephone number (`Local/0401234567@out`): of five digits and more in a row only the last two are shown.
 */
import type { DecidedEvent } from '../../ingest/ingest.ts';
import type { Verdict } from '../../ingest/leg-book.ts';

interface Story {
  device: string;
  direction: string;
  reported: string[];
  unreported: Set<Exclude<Verdict, 'reported'>>;
}

export class Explanation {
  readonly #legs = new Map<string, Story>();
  readonly #ignored = new Map<string, string>();

  decided(event: DecidedEvent, verdict: Verdict): void {
    const { leg, device = 'a leg that was open', direction } = event;
    const story = this.#legs.get(leg) ?? { device, direction, reported: [], unreported: new Set() };
    if (verdict === 'reported') story.reported.push(event.state);
    else story.unreported.add(verdict);
    this.#legs.set(leg, story);
  }

  ignored(channel: string, why: string): void {
    this.#ignored.set(channel, why);
  }

  *lines(): Generator<string> {
    for (const [leg, story] of this.#legs) {
      yield `${unnumbered(story.device)} (${unnumbered(leg)}, ${story.direction}): ${tell(story)}`;
    }
    for (const [channel, why] of this.#ignored) yield `${unnumbered(channel)}: not reported: ${why}`;
  }
}

function tell({ reported, unreported }: Story): string {
  if (reported.length > 0) return `reported ${reported.join(', ')}`;
  return `not reported: ${[...unreported].join(', ')}`;
}

/** The end that tells one helper channel from another (`-0000001a;1`) is no number and stays. */
function unnumbered(channel: string): string {
  const [end = ''] = /-[0-9a-f]{8};\d$/.exec(channel) ?? [];
  const name = channel.slice(0, channel.length - end.length);
  return name.replace(/\d{3,}(?=\d{2})/g, (digits) => 'X'.repeat(digits.length)) + end;
}
