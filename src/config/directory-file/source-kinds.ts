/**
 * What each kind of source asks for in a directory file: its settings, what they are when left out, and the addresses
 * that its devices have.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import type { WantedSource } from '../../policy/wanted-directory.ts';
import { problemOfAmiAddress } from './ami-address.ts';
import { problemOfEslAddress } from './esl-address.ts';
import { problemOfSipAddress } from './sip-address.ts';
import { id, line, oneOf, strict, wholeNumber, wordKind, yesOrNo } from './shapes.ts';

const host = line.refine(isHost, 'must be a host name or an IP address, without a port or a path');
const port = wholeNumber(1, 65_535).optional();
const default_device_type = oneOf(DEVICE_TYPES).default('DESKTOP');

/** RFC 6750 section 2.1, and long enough not to be guessed. */
const token = z
  .string()
  .regex(
    /^[A-Za-z0-9._~+/-]{20,255}=*$/,
    'must be 20 to 255 letters, digits and . _ ~ + / -; leave it out and one is made and shown once',
  )
  .optional();

const NO_TLS = 'is not for kind esl: FreeSWITCH knows no TLS there; run Callhook beside it or use a tunnel';
const noTls = z.undefined({ error: NO_TLS }).optional();

const TRANSPORT = ['udp', 'tcp', 'tls'] as const;
const NO_SIP_TLS = 'is not for kind dialog-info; write transport: tls';

const ADDRESS_PROBLEMS: Readonly<Record<WantedSource['kind'], (address: string) => string | undefined>> = {
  ami: problemOfAmiAddress,
  esl: problemOfEslAddress,
  'dialog-info': problemOfSipAddress,
  // The platform's own name for a phone.
  http: () => undefined,
};

/** @returns what is wrong with a device's address and what is allowed, undefined if nothing is */
export function problemOfAddress(kind: string | undefined, address: string): string | undefined {
  return isKind(kind) ? ADDRESS_PROBLEMS[kind](address) : undefined;
}

/** @param secrets `ignore`: one that is missing or wrong is left empty */
export function sourceShape(secrets: 'resolve' | 'ignore') {
  const secret = secrets === 'resolve' ? line : line.catch('');
  const ami = strict({
    id,
    kind: z.literal('ami'),
    host,
    port,
    tls: yesOrNo.default(false),
    ca_file: line.optional(),
    username: line,
    secret,
    default_device_type,
  });
  const esl = strict({
    id,
    kind: z.literal('esl'),
    host,
    port,
    username: line.optional(),
    secret,
    default_device_type,
    tls: noTls,
    ca_file: noTls,
  });
  const dialogInfo = strict({
    id,
    kind: z.literal('dialog-info'),
    host,
    port,
    transport: oneOf(TRANSPORT).default('udp'),
    ca_file: line.optional(),
    username: line.regex(/^[^\s@:;"\\]+$/, 'must be the name of a SIP account, without a host').optional(),
    secret: secret.optional(),
    listen_host: host.optional(),
    listen_port: port,
    expires: wholeNumber(60, 86_400).default(300),
    default_device_type,
    tls: z.undefined({ error: NO_SIP_TLS }).optional(),
  }).superRefine(checkTogether);
  const http = strict({
    id,
    kind: z.literal('http'),
    secret: secrets === 'resolve' ? token : token.catch(undefined),
    default_device_type,
  });
  return z.discriminatedUnion('kind', [ami, esl, dialogInfo, http], {
    error: wordKind(Object.keys(ADDRESS_PROBLEMS)),
  });
}

type DialogInfoFile = Partial<
  Record<'transport' | 'username' | 'secret' | 'ca_file' | 'listen_host' | 'listen_port', unknown>
>;

/** What settings of a SIP PBX say about one another. */
function checkTogether(given: DialogInfoFile, context: z.RefinementCtx): void {
  const refuse = (key: keyof DialogInfoFile, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (given.username !== undefined && given.secret === undefined)
    refuse('secret', 'is missing; the username needs one');
  if (given.username === undefined && given.secret !== undefined && given.secret !== '')
    refuse('username', 'is missing; the secret is of nobody');
  if (given.ca_file !== undefined && given.transport !== 'tls')
    refuse('ca_file', 'is for transport tls only');
  for (const key of ['listen_host', 'listen_port'] as const) {
    if (given[key] !== undefined && given.transport !== 'udp')
      refuse(
        key,
        'is for transport udp only; over TCP and TLS notifications come back on the connection itself',
      );
  }
}

type FileSource = z.output<ReturnType<typeof sourceShape>>;

export function sourceOf(source: FileSource): WantedSource {
  const { id: sourceId, default_device_type: defaultDeviceType, secret } = source;
  const common = { id: sourceId, defaultDeviceType };
  switch (source.kind) {
    case 'ami': {
      const { kind, tls, username, ca_file: caFile } = source;
      // Asterisk's own defaults for `port` and `tlsbindaddr` in manager.conf.
      const at = { host: source.host, port: source.port ?? (tls ? 5039 : 5038) };
      return {
        ...common,
        kind,
        ...at,
        tls,
        username,
        secret: source.secret,
        ...(caFile !== undefined && { caFile }),
      };
    }
    case 'esl': {
      const { kind, username } = source;
      // FreeSWITCH's own default for `listen-port` in event_socket.conf.xml.
      const at = { host: source.host, port: source.port ?? 8021 };
      return { ...common, kind, ...at, ...(username !== undefined && { username }), secret: source.secret };
    }
    case 'dialog-info':
      return { ...common, ...dialogInfoOf(source) };
    case 'http':
      return { ...common, kind: source.kind, ...(secret !== undefined && { secret }) };
  }
}

function dialogInfoOf(source: Extract<FileSource, { kind: 'dialog-info' }>) {
  const { kind, host: pbx, transport, username, ca_file: caFile } = source;
  const { listen_host: listenHost, listen_port: listenPort } = source;
  return {
    kind,
    host: pbx,
    // RFC 3261 section 19.1.2.
    port: source.port ?? (transport === 'tls' ? 5061 : 5060),
    transport,
    secret: source.secret ?? '',
    expiresSeconds: source.expires,
    ...(username !== undefined && { username }),
    ...(caFile !== undefined && { caFile }),
    ...(listenHost !== undefined && { listenHost }),
    ...(listenPort !== undefined && { listenPort }),
  };
}

function isKind(word: string | undefined): word is WantedSource['kind'] {
  return word !== undefined && Object.hasOwn(ADDRESS_PROBLEMS, word);
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text);
}
