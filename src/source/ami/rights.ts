/** What a manager user may do, and which Asterisk it is: each as a check, with the lines for manager.conf. Pure. */
import type { AmiSettings } from '../../policy/directory.ts';
import type { Check } from '../inspection.ts';
import type { Told } from './inquiry.ts';
import type { AmiPacket } from './packet.ts';

const RELOAD = "then: asterisk -rx 'manager reload'";

/** What each manager user for Callhook has. */
export const MANAGER_LINES: readonly string[] = [
  'In manager.conf, under the manager user:',
  '    read = call',
  '    write = reporting',
  RELOAD,
];

export function linesForLogin({ username, host }: AmiSettings): readonly string[] {
  const permit = isLoopback(host)
    ? '127.0.0.1/255.255.255.255'
    : '192.0.2.10/255.255.255.255     ; this machine’s address, as Asterisk sees it';
  return [
    'In manager.conf:',
    `    [${username}]`,
    '    secret = …     ; the same as this source’s',
    '    deny = 0.0.0.0/0.0.0.0',
    `    permit = ${permit}`,
    '    read = call',
    '    write = reporting',
    RELOAD,
  ];
}

export function linesForPort({ host, port, tls }: AmiSettings): readonly string[] {
  const bind = isLoopback(host) ? '127.0.0.1' : `0.0.0.0     ; or the address behind ${host}`;
  const lines = tls
    ? [
        '    tlsenable = yes',
        `    tlsbindaddr = ${bind.replace(/(?= |$)/, `:${port}`)}`,
        '    tlscertfile = …',
      ]
    : [`    port = ${port}`, `    bindaddr = ${bind}`];
  const other = tls ? [] : ['If that port is the one of tlsbindaddr, the source needs `tls: true`.'];
  return ['In manager.conf:', '    [general]', '    enabled = yes', ...lines, RELOAD, ...other];
}

/** Asterisk 18 speaks version 7 of the protocol; both have counted on together since. */
const ASTERISK_AHEAD_OF_PROTOCOL = 11;
const OLDEST_TRIED = 18;

/**
 * @param version `22.10.1`, `certified-20.7-cert5`, `GIT-22-abc`; undefined where it was not told
 * @param protocol the greeting's, `11.0.0`
 */
export function checkVersion(
  version: string | undefined,
  protocol: string | undefined,
): { system: string; check: Check } {
  const told = /^(?:certified[-/]|GIT-(?:[a-z]+-)?)?(\d+)/i.exec(version ?? '')?.[1];
  const spoken = /^(\d+)\./.exec(protocol ?? '')?.[1];
  const major =
    told ?? (spoken === undefined ? undefined : String(Number(spoken) + ASTERISK_AHEAD_OF_PROTOCOL));
  if (major === undefined) {
    return { system: 'Asterisk', check: { about: 'version', is: 'improvable', says: 'is not told' } };
  }
  const system = told === undefined ? `Asterisk ${major} (by its protocol)` : `Asterisk ${version}`;
  return Number(major) >= OLDEST_TRIED
    ? { system, check: { about: 'version', is: 'fine', says: system } }
    : {
        system,
        check: {
          about: 'version',
          is: 'improvable',
          says: `${system}: Callhook is tried with ${OLDEST_TRIED} and newer; calls may be told wrongly`,
        },
      };
}

interface Rights {
  listed: Told;
  channels: number;
  asked: AmiPacket;
  /** The answer to `ListCommands`: each action that this user may do, with its rights. */
  commands: AmiPacket;
}

export function checkRights({ listed, channels, asked, commands }: Rights): Check[] {
  const lists: Check =
    listed === 'told'
      ? { about: 'channels', is: 'fine', says: `may be listed, ${channels} now` }
      : {
          about: 'channels',
          is: 'wrong',
          says: 'Asterisk refuses to list its channels',
          advice: MANAGER_LINES,
        };
  const withheld: Check =
    asked.name === 'Success'
      ? { about: 'withheld', is: 'fine', says: 'who withholds the number may be asked' }
      : {
          about: 'withheld',
          is: 'wrong',
          says: 'who withholds the number may not be asked: such numbers would be shown where Asterisk shows them',
          advice: MANAGER_LINES,
        };
  const needless = writeRights(commands).filter((right) => right !== 'reporting');
  if (needless.length === 0) return [lists, withheld];
  return [
    lists,
    withheld,
    {
      about: 'rights',
      is: 'improvable',
      says: `the manager user may do more than Callhook needs: ${needless.join(', ')}`,
      advice: ['`write = reporting` is enough; then it can change nothing.'],
    },
  ];
}

/**
 * The rights that allow something which no other would: `Originate: Originate a call.  (Priv: originate,all)`. An action
 * that any of several rights allows tells none of them.
 */
function writeRights({ fields }: AmiPacket): string[] {
  const rights = new Set<string>();
  for (const text of fields.values()) {
    const [right, ...others] = (/\(Priv: ([a-z,]+)\)$/.exec(text)?.[1] ?? '')
      .split(',')
      .filter((one) => one !== 'all');
    if (right !== undefined && right !== '' && others.length === 0) rights.add(right);
  }
  return [...rights].toSorted();
}

function isLoopback(host: string): boolean {
  return /^(127\.|::1$|localhost$)/.test(host);
}
