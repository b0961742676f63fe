/**
 * What one attempt tells beside its outcome: where its time went, whom it reached, what came back. Everything in it may be
 * shown to the organisation and is bounded; whatever is unknown or did not happen is absent.
 */
export interface AttemptDetails extends Stages {
  /** It went over a connection that was there already. */
  reused?: true;
  /** The IP address that was dialled. */
  address?: string;
  tlsVersion?: string;
  /** The end of the receiver's certificate; told where the connection was made. */
  certificateEndsAtMs?: number;
  /** Of the answer, names in lower case: harmless ones alone (delivery/answer-headers.ts). */
  headers?: Readonly<Record<string, string>>;
  /** Header fields that not every request of ours has. */
  sent?: Readonly<Record<string, string>>;
}

/** Milliseconds. The last one that is there is where a failed attempt got stuck. */
export interface Stages {
  /** Until the host name was resolved. */
  dns?: number;
  /** Until the TCP connection stood. */
  connect?: number;
  /** The TLS handshake. */
  tls?: number;
  /** From the request to the first byte of the answer. */
  wait?: number;
  /** The rest of the answer. */
  read?: number;
}

const STAGES = ['dns', 'connect', 'tls', 'wait', 'read'] as const satisfies (keyof Stages)[];

/** `dns 2 ms, connect 8, tls 21, wait 310`; undefined where nothing was measured. */
export function stageWords(details: AttemptDetails): string | undefined {
  const measured = STAGES.flatMap((stage) => {
    const ms = details[stage];
    return ms === undefined ? [] : [`${stage} ${ms}`];
  });
  const [first, ...others] = measured;
  if (first === undefined) return undefined;
  return [...(details.reused === true ? ['reused'] : []), `${first} ms`, ...others].join(', ');
}

/** What stands for a value that is a secret or tells one. */
const MASKED = '…';

/** The header fields that an attempt sent with the message, but for the endpoint's own. */
export function requestHeaders(
  messageId: string,
  startedAtMs: number,
  details: AttemptDetails = {},
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(startedAtMs / 1_000)),
    'webhook-signature': MASKED,
    ...details.sent,
  };
}
