/** Text that strangers have sent, fit for a terminal. */

/** Controls (C0, DEL, C1), line and paragraph separators, and what turns the direction of writing. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function harmless(text: string): string {
  return text.replace(HARMFUL, '�');
}

/** One line of JSON that says the same; what JSON.stringify leaves as it is and a terminal would obey is escaped. */
export function harmlessJson(value: unknown): string {
  return JSON.stringify(value).replace(
    HARMFUL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
