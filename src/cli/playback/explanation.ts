/** For `playback --explain`: collects what became of each channel and tells it in one line each. */
import type { LegEvent } from '../../call/leg-event.ts';
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

  decided(event: LegEvent, verdict: Verdict): void {
    const { leg, device, direction } = event;
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
      yield `${story.device} (${leg}, ${story.direction}): ${tell(story)}`;
    }
    for (const [channel, why] of this.#ignored) yield `${channel}: not reported: ${why}`;
  }
}

function tell({ reported, unreported }: Story): string {
  if (reported.length > 0) return `reported ${reported.join(', ')}`;
  return `not reported: ${[...unreported].join(', ')}`;
}
