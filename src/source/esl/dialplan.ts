/**
 * Reads the XML dialplan (`xml_locate dialplan context name …`) to guess which numbers are nobody's phone. It reads
 * conditions on `destination_number` that name whole numbers; what is a pattern, or comes from a script or a database, it
 * cannot know. Pure.
 */
import type { FunctionKind } from '../../policy/organisation.ts';
import type { FunctionGuess } from '../inspection.ts';
import { unescapeXml } from './phones.ts';

/** Applications that tell what a number is for; the first that runs counts. */
const KINDS: Readonly<Partial<Record<string, FunctionKind>>> = {
  callcenter: 'QUEUE',
  fifo: 'QUEUE',
  conference: 'CONFERENCE',
  voicemail: 'VOICEMAIL',
  ivr: 'IVR',
  play_and_get_digits: 'IVR',
  park: 'PARK',
  valet_park: 'PARK',
  intercept: 'FEATURE_CODE',
  rxfax: 'FAX',
};

const NUMBER = /^[+*#]?\d[\d*#]{1,30}$/;
const MOST_JUMPS = 5;

interface Action {
  application: string;
  data: string;
}

export class Dialplan {
  /** What each number that is named runs, the first extension that names it. */
  readonly #numbers = new Map<string, Action[]>();

  /** @param xml one context */
  take(xml: string): void {
    let numbers: string[] = [];
    let actions: Action[] = [];
    for (const [, tag = '', attributes = ''] of xml.matchAll(
      /<(extension|condition|action|\/extension)\b([^<>]*)>/g,
    )) {
      if (tag === 'extension') [numbers, actions] = [[], []];
      if (tag === 'condition' && attributeOf(attributes, 'field') === 'destination_number') {
        numbers.push(...numbersIn(attributeOf(attributes, 'expression')));
      }
      if (tag === 'action') {
        actions.push({
          application: attributeOf(attributes, 'application'),
          data: attributeOf(attributes, 'data'),
        });
      }
      if (tag !== '/extension') continue;
      for (const number of numbers) if (!this.#numbers.has(number)) this.#numbers.set(number, actions);
    }
  }

  functionNumbers(): FunctionGuess[] {
    return [...this.#numbers.keys()].flatMap((number) => {
      const guess = this.#meaningOf(number, 0);
      return guess === undefined ? [] : [{ number, ...guess }];
    });
  }

  /** True where some number leads to this queue. */
  leadsTo(queue: string): boolean {
    return [...this.#numbers.values()].some((actions) =>
      actions.some(({ data }) => data.split(/[\s,]/, 1)[0] === queue),
    );
  }

  #meaningOf(number: string, jumps: number): Omit<FunctionGuess, 'number'> | undefined {
    for (const { application, data } of this.#numbers.get(number) ?? []) {
      const [first = ''] = data.split(' ', 1);
      const kind = KINDS[application];
      if (kind !== undefined) return { kind, because: `${application} ${data}`.trim() };
      if (application === 'transfer')
        return jumps < MOST_JUMPS ? this.#meaningOf(first, jumps + 1) : undefined;
      if (application !== 'bridge') continue;
      // Several at once (`,`), one after the other (`|`), or a group of the directory.
      const isGroup = /^group\/|[,|]|:_:/.test(data.replace(/^[{[<][^}\]>]*[}\]>]/, ''));
      return isGroup ? { kind: 'HUNT_GROUP', because: `bridge ${data}` } : undefined;
    }
    return undefined;
  }
}

/** `^vmain$|^4000$|^\*98$` names 4000 and *98; `^(10[01][0-9])$` is a pattern and names none. */
function numbersIn(expression: string): string[] {
  return expression
    .replaceAll(/[\^$()]|\?:/g, '')
    .split('|')
    .map((part) => part.replace(/^\\\+\?/, '').replaceAll(/\\([+*#])/g, '$1'))
    .filter((part) => NUMBER.test(part));
}

function attributeOf(attributes: string, name: string): string {
  const [, , value = ''] = new RegExp(`\\b${name}=(["'])(.*?)\\1`).exec(attributes) ?? [];
  return unescapeXml(value);
}
