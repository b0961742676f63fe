/**
 * A look at an Asterisk: what `serve` needs, one check each, and what it tells of its phones.
 *
 * Which right an action needs, of which one is enough: `ListCommands`, `Challenge`: none. `CoreShowChannels`,
 * `CoreSettings`, `PJSIPShowEndpoints`, `PJSIPShowContacts`, `SIPpeers`: system or reporting. `Getvar`,
 * `ExtensionStateList`: call or reporting. `ShowDialPlan`: config or reporting. So `write = reporting`, which `serve` needs,
 * shows everything. Asterisk does not tell which events (`read = …`) a manager user may see: only a call shows that.
 * Source: https://docs.asterisk.org/Latest_API/API_Documentation/AMI_Actions/ and what `ListCommands` writes.
 */
import type { AmiSettings } from '../../policy/directory.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { within } from '../within.ts';
import type { Check, Inspect, InspectOptions, Inspection, SeenDevice } from '../inspection.ts';
import { DEFAULT_TIMES, type AmiTimes } from './connection.ts';
import { Dialplan } from './dialplan.ts';
import { AmiInquiry, type Told } from './inquiry.ts';
import { WANTED_EVENTS } from './mapper.ts';
import { eventTimeMs } from './packet.ts';
import { Phones } from './phones.ts';
import { checkRights, checkVersion, linesForLogin, linesForPort, MANAGER_LINES } from './rights.ts';

const LISTED = [
  'CoreShowChannel',
  'EndpointList',
  'EndpointListComplete',
  'ContactList',
  'ContactListComplete',
  'PeerEntry',
  'PeerlistComplete',
  'ExtensionStatus',
  'ExtensionStateListComplete',
  'ListDialplan',
  'ShowDialPlanComplete',
];
const WANTED = new Set([...WANTED_EVENTS, ...LISTED]);

/** Questions under way at once: Asterisk answers one after the other. */
const ASKED_AT_ONCE = 50;

export function createAmiInspector(times: AmiTimes = DEFAULT_TIMES): Inspect<AmiSettings> {
  return async (settings, options) => {
    const checks: Check[] = [];
    const found = { system: 'Asterisk', checks, wouldList: () => false, functionNumbers: [] };
    let inquiry: AmiInquiry | undefined;
    const stop = () => void inquiry?.close();
    options.signal.addEventListener('abort', stop, { once: true });
    try {
      inquiry = await AmiInquiry.open(settings, WANTED, times, options.signal);
      return { ...found, ...(await look(inquiry, settings, options, checks)) };
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof CallhookError)) throw error;
      checks.push(wordFailure(error, settings, inquiry?.protocol));
      return found;
    } finally {
      options.signal.removeEventListener('abort', stop);
      await inquiry?.close();
    }
  };
}

/** @param checks grows on the way, so that what worked is told of a connection that breaks */
async function look(
  inquiry: AmiInquiry,
  settings: AmiSettings,
  options: InspectOptions,
  checks: Check[],
): Promise<Omit<Inspection, 'checks'>> {
  await inquiry.login();
  checks.push(
    {
      about: 'reached',
      is: 'fine',
      says: `${settings.host}:${settings.port}${settings.tls ? ' over TLS' : ''}`,
    },
    { about: 'login', is: 'fine', says: `as ${settings.username}` },
  );
  const core = await inquiry.ask('CoreSettings');
  const { system, check } = checkVersion(core.fields.get('AsteriskVersion'), inquiry.protocol);
  checks.push(check);

  let channels = 0;
  const listed = await inquiry.list('CoreShowChannels', 'CoreShowChannel', () => (channels += 1));
  // A variable that is nobody's: whether it may be asked for is all that is wanted.
  const asked = await inquiry.ask('Getvar', { Variable: 'GLOBAL(CALLHOOK_DOCTOR)' });
  const commands = await inquiry.ask('ListCommands');
  checks.push(...checkRights({ listed, channels, asked, commands }));
  checks.push(await checkEvents(inquiry, options));

  const { phones, functionNumbers, lists } = await seePhones(inquiry);
  if (options.names) await askNames(inquiry, phones);
  checks.push(...checkLists(lists));
  const shown = (technology: 'PJSIP' | 'SIP') => lists[technology] === 'told';
  const devices: SeenDevice[] = phones.seen();
  return {
    system,
    ...((shown('PJSIP') || shown('SIP')) && { devices }),
    wouldList: (address) =>
      (shown('PJSIP') && /^PJSIP\//i.test(address)) || (shown('SIP') && /^SIP\//i.test(address)),
    functionNumbers,
  };
}

interface Lists {
  PJSIP: Told;
  SIP: Told;
  dialplan: Told;
}

async function seePhones(inquiry: AmiInquiry) {
  const [phones, dialplan] = [new Phones(), new Dialplan()];
  const lists: Lists = {
    PJSIP: await inquiry.list('PJSIPShowEndpoints', 'EndpointList', (packet) => phones.endpoint(packet)),
    SIP: await inquiry.list('SIPpeers', 'PeerEntry', (packet) => phones.peer(packet)),
    dialplan: await inquiry.list('ShowDialPlan', 'ListDialplan', (packet) => dialplan.take(packet)),
  };
  await inquiry.list('PJSIPShowContacts', 'ContactList', (packet) => phones.contact(packet));
  await inquiry.list('ExtensionStateList', 'ExtensionStatus', (packet) => phones.hint(packet));
  const read = dialplan.read();
  for (const [number, address] of read.phones) phones.dialled(number, address);
  return { phones, functionNumbers: read.functionNumbers, lists };
}

async function askNames(inquiry: AmiInquiry, phones: Phones): Promise<void> {
  const questions = phones.questions().values();
  const askOn = async () => {
    for (const question of questions) {
      const answer = await inquiry.ask('Getvar', { Variable: question.variable });
      phones.answered(question, answer.fields.get('Value') ?? '');
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askOn));
}

async function checkEvents(inquiry: AmiInquiry, { waitMs, waiting, signal }: InspectOptions): Promise<Check> {
  const event = Promise.withResolvers<'timed' | 'untimed'>();
  inquiry.follow((packet) => event.resolve(eventTimeMs(packet) === undefined ? 'untimed' : 'timed'));
  const chosen = await inquiry.ask('Events', { EventMask: 'call' });
  if (chosen.name !== 'Success') {
    return {
      about: 'events',
      is: 'wrong',
      says: 'Asterisk refuses the event class `call`',
      advice: MANAGER_LINES,
    };
  }
  if (waitMs === 0) {
    return {
      about: 'events',
      is: 'improvable',
      says: 'not proven: only a call shows whether they come (`read = call`)',
      advice: ['Run it with --wait 60, and call one of the phones meanwhile.'],
    };
  }
  waiting();
  return wordEvents(await within(event.promise, waitMs, signal));
}

function wordEvents(seen: 'timed' | 'untimed' | 'none'): Check {
  switch (seen) {
    case 'timed':
      return { about: 'events', is: 'fine', says: 'arrive, with Asterisk’s own times' };
    case 'untimed':
      return {
        about: 'events',
        is: 'improvable',
        says: 'arrive, without Asterisk’s own times: the time of arrival is taken',
        advice: ['In manager.conf:', '    [general]', '    timestampevents = yes'],
      };
    case 'none':
      return {
        about: 'events',
        is: 'wrong',
        says: 'none came. If there was a call meanwhile, the manager user may not see it',
        advice: MANAGER_LINES,
      };
  }
}

function checkLists({ PJSIP, SIP, dialplan }: Lists): Check[] {
  const more = (what: string): Check => ({
    about: what,
    is: 'improvable',
    says: 'Asterisk does not show them to this manager user; `write = reporting` would',
  });
  if (PJSIP === 'refused' || SIP === 'refused') return [more('phones')];
  return dialplan === 'refused' ? [more('numbers')] : [];
}

function wordFailure(error: CallhookError, settings: AmiSettings, protocol: string | undefined): Check {
  const about = error.code === 'SOURCE_LOGIN_REFUSED' ? 'login' : 'reached';
  const check: Check = { about, is: 'wrong', says: error.message };
  if (error.code === 'SOURCE_LOGIN_REFUSED') return { ...check, advice: linesForLogin(settings) };
  if (error.code !== 'SOURCE_UNREACHABLE' || protocol !== undefined) return check;
  return { ...check, advice: linesForPort(settings) };
}
