/** Looks for what was planted, in every form in which it could come out. */

/** Something that must not come out. */
export interface Planted {
  name: string;
  text: string;
  /** Where it may be all the same, by the place's name. */
  mayBeIn?: readonly RegExp[];
}

/** Bytes that came out somewhere. */
export interface Place {
  name: string;
  bytes: Uint8Array;
}

/** The text as it may lie in others: as it is, in base64 at any offset, in hex, in an address. */
export function formsOf(text: string): ReadonlyMap<string, string> {
  const bytes = Buffer.from(text);
  const forms = new Map([
    ['as it is', text],
    ['in hex', bytes.toString('hex')],
    ['in HEX', bytes.toString('hex').toUpperCase()],
    ['in an address', encodeURIComponent(text)],
    ['in a form', new URLSearchParams({ x: text }).toString().slice(2)],
    ['in JSON', JSON.stringify(text).slice(1, -1)],
  ]);
  for (const offset of [0, 1, 2]) {
    // The characters that its neighbours on both sides have no part in.
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const own = [Math.ceil((offset * 8) / 6), Math.floor((whole.length * 8) / 6)];
    forms.set(`in base64, offset ${offset}`, whole.toString('base64').slice(...own));
    forms.set(`in base64url, offset ${offset}`, whole.toString('base64url').slice(...own));
  }
  return forms;
}

/** @returns a line for each thing in each place where it may not be */
export function findLeaks(planted: readonly Planted[], places: readonly Place[]): string[] {
  return planted.flatMap(({ name, text, mayBeIn = [] }) => {
    const forms = [...formsOf(text)];
    return places
      .filter((place) => !mayBeIn.some((allowed) => allowed.test(place.name)))
      .flatMap((place) => {
        const bytes = Buffer.from(place.bytes.buffer, place.bytes.byteOffset, place.bytes.byteLength);
        const form = forms.find(([, wanted]) => bytes.includes(wanted));
        return form === undefined ? [] : [`${name} is in ${place.name}, ${form[0]}`];
      });
  });
}
