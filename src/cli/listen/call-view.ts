/**
 * Deliveries as lines for a terminal: calls as they ring, are answered and end. Pure but for what it remembers of the
 * calls it shows.
 */
import { styleText } from 'node:util';
import { harmless } from './harmless.ts';
import type { Message } from './message.ts';
import type { Delivery, Refusal } from './receiver.ts';

type Style = Parameters<typeof styleText>[0];

/** Calls side by side are told apart by these. */
const CALL_STYLES: readonly Style[] = [
  'cyan',
  'magenta',
  'yellow',
  'blue',
  'green',
  'cyanBright',
  'magentaBright',
];

/** Calls and branches that are remembered. */
const MAX_REMEMBERED = 5_000;
const WHO_WIDTH = 16;
const REMOTE_WIDTH = 16;
const STATE_WIDTH = 29;

export class CallView {
  readonly #colour: boolean;
  readonly #styles = new Map<string, Style>();
  /** When each branch was answered, by the messages' own times. */
  readonly #answeredAt = new Map<string, number>();
  #messages = 0;
  #calls = 0;
  #problems = 0;
  #refused = 0;

  /** @param colour whether the terminal shows colours */
  constructor(colour: boolean) {
    this.#colour = colour;
  }

  line(received: Delivery | Refusal): string {
    return 'refused' in received ? this.#refusal(received) : this.#delivery(received);
  }

  #refusal({ receivedAtMs, refused, answered }: Refusal): string {
    this.#refused += 1;
    return `${this.#time(receivedAtMs)} ${this.#paint('red', `no message: ${refused}, answered ${answered}`)}`;
  }

  #delivery(delivery: Delivery): string {
    const { message } = delivery;
    const paint = (style: Style, text: string) => this.#paint(style, harmless(text));
    const call = paint(this.#styleOf(message.call_id), `▌${message.call_id.slice(0, 4)}`);
    const branch = paint('dim', message.branch_id.slice(0, 3));
    const arrow = message.direction === 'INCOMING' ? '←' : '→';
    const who = fit(shortName(message.local_user_id) ?? message.local_number ?? 'a user', WHO_WIDTH);
    const device = fit((message.device_type ?? '').toLowerCase(), 8);
    const remote = fit(shortName(message.remote_user_id) ?? message.remote_number ?? 'unknown', REMOTE_WIDTH);
    const [style, words] = this.#state(message);
    this.#messages += 1;
    const problems = problemsOf(delivery);
    if (problems.length > 0) this.#problems += 1;
    const tail = [
      paint('dim', `#${message.seq_num}`),
      this.#tick(delivery, paint),
      ...problems.map((problem) => paint('red', problem)),
    ];
    return `${this.#time(delivery.receivedAtMs)} ${call} ${branch} ${who} ${arrow} ${remote} ${paint('dim', device)} ${paint(style, fit(words, STATE_WIDTH))} ${tail.join(' ')}`;
  }

  /** One sentence on all that was seen. */
  summary(): string {
    const messages = `${this.#messages} message${this.#messages === 1 ? '' : 's'}`;
    const calls = `${this.#calls} call${this.#calls === 1 ? '' : 's'}`;
    const look = this.#problems === 0 ? [] : [`${this.#problems} with something to look at`];
    const refused =
      this.#refused === 0
        ? []
        : [`${this.#refused} POST${this.#refused === 1 ? ' was no message' : 's were no messages'}`];
    return `${messages} of ${calls}; ${[...look, ...refused].join(', ') || 'all in order'}.`;
  }

  #paint(style: Style, text: string): string {
    return this.#colour ? styleText(style, text, { validateStream: false }) : text;
  }

  #time(atMs: number): string {
    return this.#paint('dim', new Date(atMs).toTimeString().slice(0, 8));
  }

  #tick({ signature }: Delivery, paint: (style: Style, text: string) => string): string {
    return signature === 'valid'
      ? paint('green', '✓ signed')
      : signature === 'unchecked'
        ? paint('dim', '· not checked')
        : '';
  }

  #state(message: Message): [Style, string] {
    const at = Date.parse(message.timestamp);
    switch (message.state) {
      case 'TRYING':
      case 'PROCEEDING':
        return ['dim', `· ${message.state.toLowerCase()}`];
      case 'EARLY':
        return ['yellow', '◌ rings'];
      case 'CONFIRMED':
        this.#answeredAt.set(message.branch_id, at);
        forgetOldest(this.#answeredAt);
        return ['green', '● answered'];
      case 'TERMINATED': {
        const since = this.#answeredAt.get(message.branch_id);
        this.#answeredAt.delete(message.branch_id);
        const talk = since === undefined ? '' : `, talked ${((at - since) / 1_000).toFixed(1)} s`;
        return ['reset', `○ ended ${message['termination-reason'] ?? ''}${talk}`];
      }
    }
  }

  #styleOf(callId: string): Style {
    const known = this.#styles.get(callId);
    if (known !== undefined) return known;
    const style = CALL_STYLES[this.#calls % CALL_STYLES.length] ?? 'cyan';
    this.#calls += 1;
    this.#styles.set(callId, style);
    forgetOldest(this.#styles);
    return style;
  }
}

/** What an integrator should look at, in words. */
function problemsOf({ signature, order, answered }: Delivery): string[] {
  const problems: string[] = [];
  if (signature === 'invalid') problems.push('signature is wrong, answered 401');
  else if (answered >= 300) problems.push(`answered ${answered}, it will come again`);
  if (order === 'repeat') problems.push('came before');
  if (order === 'gap') problems.push('messages are missing before it');
  if (order === 'late') problems.push('came after a later one');
  return problems;
}

function forgetOldest(remembered: Map<string, unknown>): void {
  const [oldest] = remembered.keys();
  if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
}

/** Enough to know who it is: what stands before the @ of an address. */
function shortName(userId: string | undefined): string | undefined {
  return userId?.split('@')[0];
}

/** Exactly so many columns. */
function fit(given: string, width: number): string {
  const text = harmless(given);
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
