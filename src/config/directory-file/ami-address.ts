/** Which addresses a device on an Asterisk can have: a channel's name without its end, as the source compares it. */

/** As Asterisk writes them in a channel's name; it knows more, so only the case of these is told. */
const TECHNOLOGIES = [
  'PJSIP',
  'SIP',
  'IAX2',
  'DAHDI',
  'SCCP',
  'Skinny',
  'MGCP',
  'Motif',
  'OOH323',
  'USTM',
  'Phone',
  'Khomp',
  'Dongle',
  'Quectel',
];

/** @returns what is wrong and what is allowed, undefined if nothing is */
export function problemOfAmiAddress(address: string): string | undefined {
  const technology = /^([A-Za-z][A-Za-z0-9_]*)\/[^\s/]\S*$/.exec(address)?.[1];
  if (technology === undefined) {
    return 'is no device of Asterisk; write technology and name as channels begin with them, such as PJSIP/1001';
  }
  if (technology.toLowerCase() === 'local') {
    return 'is a helper channel of Asterisk, never a phone; write the phone behind it, such as PJSIP/1001';
  }
  if (/-[0-9a-f]{8}$/i.test(address)) {
    return 'is one channel, not the device; leave out the end (`-0000001a`), which is another for each call';
  }
  const known = TECHNOLOGIES.find((name) => name.toLowerCase() === technology.toLowerCase());
  return known === undefined || known === technology
    ? undefined
    : `is never met, since capital letters count; Asterisk writes ${known}/`;
}
