/** What the kinds of sources ask for: the settings that each knows, and the addresses that its devices have. */
import { problemOfAmiAddress } from './ami-address.ts';
import { problemOfEslAddress } from './esl-address.ts';

export const SOURCE_KINDS = ['ami', 'esl'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

interface KindOfSource {
  port(tls: boolean): number;
  /** Settings that must be there. */
  needs: readonly string[];
  /** Settings that others know, and why it does not. */
  unknown: Readonly<Record<string, string>>;
  /** @returns what is wrong and what is allowed, undefined if nothing is */
  problemOfAddress(address: string): string | undefined;
}

const NO_TLS =
  'is not known to a source of kind esl, because FreeSWITCH knows no TLS there; run Callhook beside it or use a tunnel';

export const KINDS: Readonly<Record<SourceKind, KindOfSource>> = {
  ami: {
    // Asterisk's own defaults for `port` and `tlsbindaddr` in manager.conf.
    port: (tls) => (tls ? 5039 : 5038),
    needs: ['username'],
    unknown: {},
    problemOfAddress: problemOfAmiAddress,
  },
  esl: {
    // FreeSWITCH's own default for `listen-port` in event_socket.conf.xml.
    port: () => 8021,
    needs: [],
    unknown: { tls: NO_TLS, ca_file: NO_TLS },
    problemOfAddress: problemOfEslAddress,
  },
};

export function isSourceKind(word: string | undefined): word is SourceKind {
  return SOURCE_KINDS.some((kind) => kind === word);
}
