/**
 * A look at a FreeSWITCH: what `serve` needs, one check each, and what it tells of its phones.
 *
 * With the socket's password everything may be asked. A user of its directory may ask what `esl-allowed-api` lists; `serve`
 * needs `show uuid_dump uptime`, more is asked here and done without where it is refused. `xml_locate` shows the
 * whole configuration to who may use it, and `sofia` may change things: neither is ever advised.
 * Source: https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_event_socket_1048924/
 */
import type { EslSettings } from '../../policy/directory.ts';
import { CallhookError } from '../../runtime/errors.ts';
import type { Check, Inspect, InspectOptions, Inspection } from '../inspection.ts';
import { within } from '../within.ts';
import { DEFAULT_TIMES, type EslTimes } from './connection.ts';
import { Dialplan } from './dialplan.ts';
import { EslInquiry } from './inquiry.ts';
import { Phones } from './phones.ts';
import { eventsRefused, listRefused } from './problem.ts';
import { readList, type ListedChannel } from './resync.ts';
import { SUBSCRIBED_EVENTS } from './run.ts';

/** Contexts, profiles and domains that are looked into. */
const MOST_LOOKED_INTO = 20;
const PLAIN_NAME = /^[\w.@+-]{1,128}$/;
const NO_CHANNEL = '00000000-0000-0000-0000-000000000000';

export function createEslInspector(times: EslTimes = DEFAULT_TIMES): Inspect<EslSettings> {
  return async (settings, options) => {
    const checks: Check[] = [];
    const found = { system: 'FreeSWITCH', checks, wouldList: () => false, functionNumbers: [] };
    let inquiry: EslInquiry | undefined;
    const stop = () => void inquiry?.close();
    options.signal.addEventListener('abort', stop, { once: true });
    try {
      inquiry = await EslInquiry.open(settings, times, options.signal);
      return { ...found, ...(await look(inquiry, settings, options, checks)) };
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof CallhookError)) throw error;
      checks.push(wordFailure(error, settings));
      return found;
    } finally {
      options.signal.removeEventListener('abort', stop);
      await inquiry?.close();
    }
  };
}

function wordFailure(error: CallhookError, { host, port, username }: EslSettings): Check {
  const isRefused = error.code === 'SOURCE_LOGIN_REFUSED';
  const check: Check = { about: isRefused ? 'login' : 'reached', is: 'wrong', says: error.message };
  if (isRefused && username !== undefined) {
    const lines = userLines(username.split('@', 1)[0] ?? '');
    return { ...check, advice: ['In FreeSWITCH’s directory:', ...lines, 'then: fs_cli -x reloadxml'] };
  }
  const isNear = isLoopback(host);
  const acl = isNear ? [] : ['    <param name="apply-inbound-acl" value="callhook"/>', ...ACL_LINES];
  const lines = [
    'In autoload_configs/event_socket.conf.xml:',
    `    <param name="listen-ip" value="${isNear ? '127.0.0.1' : '0.0.0.0'}"/>`,
    `    <param name="listen-port" value="${port}"/>`,
    '    <param name="password" value="…"/>     <!-- the same as this source’s secret -->',
    ...acl,
    "then: fs_cli -x 'reload mod_event_socket'",
  ];
  return { ...check, advice: lines };
}

const ACL_LINES = [
  'In autoload_configs/acl.conf.xml:',
  '    <list name="callhook" default="deny">',
  '      <node type="allow" cidr="192.0.2.10/32"/>     <!-- this machine’s address -->',
  '    </list>',
  'then: fs_cli -x reloadacl',
];

function userLines(user: string): string[] {
  return [
    `    <user id="${user}">`,
    '      <params>',
    '        <param name="esl-password" value="…"/>     <!-- the same as this source’s secret -->',
    `        <param name="esl-allowed-events" value="${SUBSCRIBED_EVENTS.join(' ')}"/>`,
    '        <param name="esl-allowed-api" value="show uuid_dump uptime version list_users"/>',
    '      </params>',
    '    </user>',
  ];
}

function isLoopback(host: string): boolean {
  return /^(127\.|::1$|localhost$)/.test(host);
}

/** @param checks grows on the way, so that what worked is told of a connection that breaks */
async function look(
  inquiry: EslInquiry,
  settings: EslSettings,
  options: InspectOptions,
  checks: Check[],
): Promise<Omit<Inspection, 'checks'>> {
  await inquiry.login();
  checks.push(...checkLogin(settings));
  const { system, check } = checkVersion(await inquiry.api('version'));
  checks.push(check);
  const channels = readList(await inquiry.ask('api show channels as json'));
  checks.push(checkChannels(channels), checkDump(await inquiry.ask(`api uuid_dump ${NO_CHANNEL} json`)));
  checks.push(await checkEvents(inquiry, settings, options));

  const phones = new Phones();
  const users = await inquiry.api('list_users');
  if (users === undefined) checks.push(LIST_USERS_REFUSED);
  else phones.users(users);
  for (const { fields } of channels ?? []) phones.channel(fields.get('Channel-Presence-ID') ?? '');
  await askRegistrations(inquiry, phones);
  if (settings.username !== undefined) phones.leaveOut(settings.username);
  checks.push(...(await checkPresenceIds(inquiry, phones)));

  const dialplan = new Dialplan();
  for (const context of [...phones.contexts].filter(isPlain).slice(0, MOST_LOOKED_INTO)) {
    dialplan.take((await inquiry.api(`xml_locate dialplan context name ${context}`, 'xml_locate')) ?? '');
  }
  checks.push(...checkQueues(await queuesOf(inquiry), dialplan));
  return {
    system,
    ...((users !== undefined || channels !== undefined) && { devices: phones.seen() }),
    wouldList: (address) => phones.wouldList(address),
    functionNumbers: dialplan.functionNumbers(),
  };
}

function checkLogin({ host, port, username }: EslSettings): Check[] {
  const checks: Check[] = [
    { about: 'reached', is: 'fine', says: `${host}:${port}` },
    {
      about: 'login',
      is: 'fine',
      says: username === undefined ? 'with the socket’s password' : `as ${username}`,
    },
  ];
  if (isLoopback(host)) return checks;
  return [
    ...checks,
    {
      about: 'secrecy',
      is: 'improvable',
      says: 'the Event Socket has no TLS: password and calls cross the network as they are',
      advice: ['Run Callhook beside FreeSWITCH, in a private network, or through a tunnel.'],
    },
  ];
}

/** @param told `FreeSWITCH Version 1.10.12-release~64bit (…)`; undefined where it may not be asked */
function checkVersion(told: string | undefined): { system: string; check: Check } {
  const [, version, major = '', minor = ''] = /Version ((\d+)\.(\d+)\S{0,20})/.exec(told ?? '') ?? [];
  if (version === undefined) {
    const says = 'may not be asked; esl-allowed-api with `version` would show it';
    return { system: 'FreeSWITCH', check: { about: 'version', is: 'improvable', says } };
  }
  const system = `FreeSWITCH ${version}`;
  const isTried = Number(major) > 1 || Number(minor) >= 10;
  const says = isTried ? system : `${system}: Callhook is tried with 1.10; calls may be told wrongly`;
  return { system, check: { about: 'version', is: isTried ? 'fine' : 'improvable', says } };
}

function checkChannels(channels: readonly ListedChannel[] | undefined): Check {
  return channels === undefined
    ? { about: 'channels', is: 'wrong', says: listRefused().message }
    : { about: 'channels', is: 'fine', says: `may be listed, ${channels.length} now` };
}

function checkDump(answer: string): Check {
  if (!/permission denied|command not found/i.test(answer)) {
    return {
      about: 'withheld',
      is: 'fine',
      says: 'single channels may be asked for who withholds the number',
    };
  }
  return {
    about: 'withheld',
    is: 'improvable',
    says: 'single channels may not be asked: a call that is up when Callhook connects shows its number even if it is withheld',
    advice: [
      'For the user in FreeSWITCH’s directory:',
      '    <param name="esl-allowed-api" value="show uuid_dump uptime"/>',
      'then: fs_cli -x reloadxml',
    ],
  };
}

async function checkEvents(
  inquiry: EslInquiry,
  { username }: EslSettings,
  { waitMs, waiting, signal }: InspectOptions,
): Promise<Check> {
  const event = Promise.withResolvers<'some'>();
  inquiry.follow(() => event.resolve('some'));
  const answer = await inquiry.ask(`event plain ${SUBSCRIBED_EVENTS.join(' ')}`, 'event');
  const about = 'events';
  const refused: Check = { about, is: 'wrong', says: eventsRefused(SUBSCRIBED_EVENTS).message };
  if (!answer.startsWith('+OK')) return refused;
  if (waitMs === 0) {
    if (username === undefined) return { about, is: 'fine', says: 'are allowed' };
    return {
      about,
      is: 'improvable',
      says: 'not proven: only a call shows whether all of them come (esl-allowed-events)',
      advice: ['Run it with --wait 60, and call one of the phones meanwhile.'],
    };
  }
  waiting();
  const seen = await within(event.promise, waitMs, signal);
  return seen === 'some'
    ? { about, is: 'fine', says: 'arrive' }
    : { ...refused, says: `none came. If there was a call meanwhile: ${refused.says}` };
}

const LIST_USERS_REFUSED: Check = {
  about: 'phones',
  is: 'improvable',
  says: 'FreeSWITCH does not list its users: only those are shown that are registered or in a call',
  advice: ['esl-allowed-api with `list_users` would show all.'],
};

async function askRegistrations(inquiry: EslInquiry, phones: Phones): Promise<void> {
  const answer = await inquiry.api('show registrations as json');
  const { profiles } = phones.registrations(answer ?? '');
  for (const profile of [...profiles].slice(0, MOST_LOOKED_INTO)) {
    phones.agents((await inquiry.api(`sofia xmlstatus profile ${profile} reg`, 'sofia')) ?? '');
  }
}

/** A user's dial string gives the called phone's channel its presence id; without one, nobody knows whose leg it is. */
async function checkPresenceIds(inquiry: EslInquiry, phones: Phones): Promise<Check[]> {
  const without: string[] = [];
  for (const user of phones.samples().filter(isPlain).slice(0, MOST_LOOKED_INTO)) {
    const dialString = await inquiry.api(`user_data ${user} param dial-string`, 'user_data');
    const isTold = dialString !== undefined && dialString.trim() !== '';
    if (isTold && !dialString.includes('presence_id=')) without.push(user);
  }
  if (without.length === 0) return [];
  return [
    {
      about: 'presence',
      is: 'improvable',
      says: `the dial string of ${without.join(', ')} sets no presence_id: calls to such phones may be nobody’s`,
      advice: [
        'Call one and see whether it is reported. If not, in the dial-string of the domain or user, in front:',
        '    {presence_id=${dialed_user}@${dialed_domain}}',
        'then: fs_cli -x reloadxml',
      ],
    },
  ];
}

/** mod_callcenter's queues (`name|strategy|…`, a line each) and mod_fifo's (`<fifo name="…"`). */
async function queuesOf(inquiry: EslInquiry): Promise<string[]> {
  const [callcenter = '', fifo = ''] = [
    await inquiry.api('callcenter_config queue list', 'callcenter_config'),
    await inquiry.api('fifo list', 'fifo'),
  ];
  const [head = '', ...lines] = callcenter.split('\n');
  const queues = head.startsWith('name|') ? lines.flatMap((line) => /^([^|]+)\|/.exec(line)?.[1] ?? []) : [];
  const fifos = [...fifo.matchAll(/<fifo name="([^"]+)"/g)].map(([, name = '']) => name);
  // FreeSWITCH makes one of its own for manual calls.
  return [...queues, ...fifos.filter((name) => name !== 'manual_calls')];
}

function checkQueues(queues: readonly string[], dialplan: Dialplan): Check[] {
  const unreached = queues.filter((queue) => !dialplan.leadsTo(queue));
  if (unreached.length === 0) return [];
  const some = unreached.slice(0, MOST_LOOKED_INTO).join(', ');
  return [
    {
      about: 'queues',
      is: 'improvable',
      says: `no number was found that leads to ${some}${unreached.length > MOST_LOOKED_INTO ? ' …' : ''}`,
      advice: ['If they are called by number, list it under `function_numbers`.'],
    },
  ];
}

function isPlain(name: string): boolean {
  return PLAIN_NAME.test(name);
}
