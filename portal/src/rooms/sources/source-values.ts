/** A phone system's settings as a form has them, and as the API takes them. Pure. */
import type { Schemas } from '../../api/client.ts';

export const KINDS = ['ami', 'esl', 'dialog-info', 'http'] as const;
type Kind = (typeof KINDS)[number];

export interface SourceValues {
  id: string;
  kind: Kind;
  host: string;
  port: number | '';
  tls: boolean;
  transport: 'udp' | 'tcp' | 'tls';
  username: string;
  secret: string;
  /** What this form does not ask for stays as it is. */
  kept: Partial<Schemas['Source']>;
}

export function valuesOf(source?: Schemas['Source']): SourceValues {
  const { id, kind, host, port, tls, transport, username, ...kept } = source ?? {
    id: 'pbx',
    kind: 'ami' as const,
  };
  return {
    id,
    kind,
    host: host ?? '',
    port: port ?? '',
    tls: tls ?? false,
    transport: transport ?? 'udp',
    username: username ?? '',
    secret: '',
    kept,
  };
}

export function bodyOf(values: SourceValues): Schemas['SourceBody'] {
  const { id, kind, host, port, tls, transport, username, secret, kept } = values;
  const own = { ...kept, id, ...(secret !== '' && { secret }) };
  const at = { host, ...(port !== '' && { port }) };
  const user = username === '' ? {} : { username };
  switch (kind) {
    case 'ami':
      return { ...own, kind, ...at, tls, username };
    case 'esl':
      return { ...own, kind, ...at, ...user };
    case 'dialog-info':
      return { ...own, kind, ...at, transport, ...user };
    case 'http':
      return { ...own, kind };
  }
}
