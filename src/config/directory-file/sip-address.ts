/** Which addresses a device on a SIP PBX can have: the address of record that is subscribed to (RFC 3261 section 10). */

const ADDRESS = /^sips?:[^\s@:;?<>"]+@([^\s@:;?<>"[\]]+|\[[\da-fA-F:.]+\])(:\d{1,5})?$/;

/** @returns what is wrong and what is allowed, undefined if nothing is */
export function problemOfSipAddress(address: string): string | undefined {
  if (!ADDRESS.test(address)) {
    return 'is no SIP address; write it as the PBX knows the user, such as sip:1001@pbx.example.com';
  }
  const host = address.slice(address.indexOf('@'));
  return host === host.toLowerCase() ? undefined : 'must have its host in small letters';
}
