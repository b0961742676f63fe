/**
 * The outward names: derived by a keyed hash from organisation, source and the PBX's own ids, so that they are
 * the same after a restart, on another node and after a resync, and tell nothing about the PBX.
 */
import { createHmac } from 'node:crypto';

export interface Ids {
  /** 22 characters: base64url of 128 bits. */
  callId(organisationId: string, sourceId: string, call: string): string;
  /** 12 characters: 11 of base64url of 64 bits, and the seed's final dot. */
  branchId(organisationId: string, sourceId: string, leg: string): string;
  /** The `webhook-id`: one per endpoint, branch and state. */
  messageId(organisationId: string, endpointId: string, branchId: string, state: string): string;
}

/** @param key at least 32 bytes, of the installation and kept secret */
export function createIds(key: Uint8Array): Ids {
  const hash = (...parts: string[]) => {
    const hmac = createHmac('sha256', key);
    // Each part is preceded by its length, so that no two lists of parts read the same.
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part},`);
    return hmac.digest();
  };
  return {
    callId: (organisationId, sourceId, call) =>
      hash('call', organisationId, sourceId, call).subarray(0, 16).toString('base64url'),
    branchId: (organisationId, sourceId, leg) =>
      `${hash('branch', organisationId, sourceId, leg).subarray(0, 8).toString('base64url')}.`,
    messageId: (organisationId, endpointId, branchId, state) =>
      `msg_${hash('message', organisationId, endpointId, branchId, state).subarray(0, 16).toString('base64url')}`,
  };
}
