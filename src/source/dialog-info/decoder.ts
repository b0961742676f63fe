/**
 * The XML of a dialog-info document (RFC 4235 section 4.3) to what it says. Incoming text is anybody's: no DTD, no entities
 * but XML's own five, bounded in size, depth and number of dialogs.
 *
 * Some PBXes write names into the document as callers sent them. Such a document is mended first: names are not
 * needed, stray `&` and `<` become characters. What cannot be read even then is said to be so, never half read.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { LEG_STATES } from '../../call/leg-event.ts';
import type { Dialog, DialogDocument } from './document.ts';

/** A user with hundreds of dialogs has some 500 bytes for each. */
export const MAX_DOCUMENT_BYTES = 256 * 1024;
const MAX_DEPTH = 16;
const MAX_DIALOGS = 500;
/** Longer names than any PBX gives; they are kept as long as a call lasts. */
const MAX_TEXT = 512;

export type Decoded = { document: DialogDocument; isMended: boolean } | { unreadable: string };

/** @param body the bytes of the document, UTF-8 */
export function readDocument(body: Uint8Array): Decoded {
  if (body.length > MAX_DOCUMENT_BYTES) return { unreadable: 'it is too long' };
  const text = new TextDecoder().decode(body);
  const strict = parse(text);
  // A document type is no slip of the pen.
  if (strict.document !== undefined) return { document: strict.document, isMended: false };
  if (strict.isRefused) return { unreadable: strict.problem };
  const mended = parse(mend(text));
  return mended.document === undefined
    ? { unreadable: strict.problem }
    : { document: mended.document, isMended: true };
}

class Refused extends Error {}

type Parsed = { document: DialogDocument } | { document?: undefined; problem: string; isRefused: boolean };

function parse(text: string): Parsed {
  const reader = new DocumentReader();
  const parser = new SaxesParser({ xmlns: false });
  parser.on('doctype', () => {
    throw new Refused('it has a document type');
  });
  parser.on('opentag', (tag) => reader.open(tag));
  parser.on('text', (piece) => reader.text(piece));
  parser.on('cdata', (piece) => reader.text(piece));
  parser.on('closetag', () => reader.close());
  try {
    parser.write(text).close();
  } catch (error) {
    const isRefused = error instanceof Refused;
    return { problem: isRefused ? error.message : 'it is not well-formed XML', isRefused };
  }
  return reader.document === undefined
    ? { problem: 'it is no dialog-info document', isRefused: true }
    : { document: reader.document };
}

/** Of an element: the namespace of each prefix; that of no prefix is the default. */
type Namespaces = ReadonlyMap<string, string>;

/** A dialog that is not complete yet. */
type Draft = Partial<Omit<Dialog, 'state'>> & { state?: string };

class DocumentReader {
  document: DialogDocument | undefined;
  readonly #dialogs: Dialog[] = [];
  /** Where we are, without namespace prefixes: `dialog-info/dialog/remote/identity`. Extensions are written `*`. */
  readonly #path: string[] = [];
  /** Of each open element. */
  readonly #namespaces: Namespaces[] = [];
  /** The document's own; undefined where it declares none. */
  #namespace: string | undefined;
  #draft: Draft | undefined;
  #text = '';

  open({ name, attributes }: SaxesTagPlain): void {
    if (this.#path.length >= MAX_DEPTH) throw new Refused('it is nested too deeply');
    const colon = name.indexOf(':');
    const namespaces = namespacesIn(attributes, this.#namespaces.at(-1));
    const namespace = namespaces.get(name.slice(0, Math.max(colon, 0)));
    if (this.#path.length === 0) this.#namespace = namespace;
    this.#namespaces.push(namespaces);
    this.#path.push(namespace === this.#namespace ? name.slice(colon + 1) : '*');
    this.#text = '';
    const value = (key: string) => {
      const written = attributes[key]?.trim();
      return written === undefined || written === '' ? undefined : written.slice(0, MAX_TEXT);
    };
    switch (this.#path.join('/')) {
      case 'dialog-info':
        this.document = {
          isFull: value('state')?.toLowerCase() !== 'partial',
          dialogs: this.#dialogs,
          ...given('entity', value('entity')),
          ...given('version', numberIn(value('version'))),
        };
        return;
      case 'dialog-info/dialog':
        this.#beginDialog(value);
        return;
      case 'dialog-info/dialog/state':
        Object.assign(
          this.#draft ?? {},
          given('event', value('event')?.toLowerCase()),
          given('code', numberIn(value('code'))),
        );
        return;
      case 'dialog-info/dialog/replaces':
        Object.assign(this.#draft ?? {}, given('replaces', value('call-id')));
        return;
      case 'dialog-info/dialog/remote/target':
        Object.assign(this.#draft ?? {}, given('remoteTarget', value('uri')));
        return;
      default:
    }
  }

  text(piece: string): void {
    if (this.#text.length < MAX_TEXT) this.#text += piece.slice(0, MAX_TEXT);
  }

  close(): void {
    const written = this.#text.trim();
    const draft = this.#draft;
    switch (this.#path.join('/')) {
      case 'dialog-info/dialog/state':
        if (draft !== undefined) draft.state = written;
        break;
      case 'dialog-info/dialog/local/identity':
        if (draft !== undefined && written !== '') draft.localIdentity = written;
        break;
      case 'dialog-info/dialog/remote/identity':
        if (draft !== undefined && written !== '') draft.remoteIdentity = written;
        break;
      case 'dialog-info/dialog':
        this.#endDialog();
        break;
      default:
    }
    this.#text = '';
    this.#path.pop();
    this.#namespaces.pop();
  }

  #beginDialog(value: (key: string) => string | undefined): void {
    if (this.#dialogs.length >= MAX_DIALOGS) throw new Refused('it has too many dialogs');
    const direction = value('direction')?.toLowerCase();
    this.#draft = {
      ...given('id', value('id')),
      ...given('callId', value('call-id')),
      ...given('localTag', value('local-tag')),
      ...given('remoteTag', value('remote-tag')),
      ...(direction === 'initiator' || direction === 'recipient' ? { direction } : {}),
    };
  }

  /** Without an id or with a state that RFC 4235 does not have it cannot be followed. */
  #endDialog(): void {
    const { id, state, ...rest } = this.#draft ?? {};
    this.#draft = undefined;
    const known = LEG_STATES.find((one) => one === state?.toUpperCase());
    if (id !== undefined && known !== undefined) this.#dialogs.push({ ...rest, id, state: known });
  }
}

function namespacesIn(attributes: SaxesTagPlain['attributes'], outside: Namespaces = new Map()): Namespaces {
  const declared = Object.entries(attributes).flatMap(([key, value]): [string, string][] =>
    /^xmlns(?:$|:)/.test(key) ? [[key.slice('xmlns:'.length), value]] : [],
  );
  return declared.length === 0 ? outside : new Map([...outside, ...declared]);
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  // A computed key alone would be any string to the compiler.
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

const ELEMENTS =
  'dialog-info|dialog|state|duration|local|remote|identity|target|param|replaces|referred-by|route-set|hop|session-description';
/** Bounded, so that a hostile text costs no more than its length. */
const DISPLAY = /\sdisplay=(["'])[^\r\n]{0,512}?\1(?=\s{1,8}[\w:-]{1,32}=["']|\s{0,8}\/?>)/g;
const STRAY_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)/g;
const STRAY_LESS_THAN = new RegExp(
  `<(?!/?(?:[\\w-]{1,16}:)?(?:${ELEMENTS})[\\s/>]|\\?xml\\s|!--|!\\[CDATA\\[)`,
  'g',
);
// oxlint-disable-next-line no-control-regex -- they may not stand in XML at all
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const FORBIDDEN_REFERENCE = /&#(?:0{0,5}(?:[0-8]|1[124-9]|2\d|3[01])|x0{0,5}(?:[0-8bcef]|1[\da-f]));/gi;

function mend(text: string): string {
  return text
    .trimStart()
    .replace(FORBIDDEN, '')
    .replace(FORBIDDEN_REFERENCE, '')
    .replace(DISPLAY, '')
    .replace(STRAY_AMPERSAND, '&amp;')
    .replace(STRAY_LESS_THAN, '&lt;');
}
