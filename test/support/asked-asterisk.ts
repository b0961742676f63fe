/**
 * An Asterisk that answers questions, for `doctor` and `discover`. Its endpoints, contacts and hints are those of a
 * recorded Asterisk 22; settings, rights, dialplan, chan_sip's peers and caller ids are written after
 * https://docs.asterisk.org/Latest_API/API_Documentation/ and after what clients show of real answers.
 */
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import {
  listAnswer,
  response,
  startAmiServer,
  type AmiServer,
  type AmiServerOptions,
} from '../../src/cli/demo/ami-server.ts';
import { LOGIN } from './installation.ts';
import { TRANSCRIPTS } from './transcripts.ts';

const RECORDING = `${TRANSCRIPTS}asterisk/19-ami-drops-mid-call/ami-2.raw`;

export interface Office {
  version?: string;
  /** The manager user's rights to write. */
  rights?: readonly string[];
  endpoints?: readonly string[];
  contacts?: readonly string[];
  hints?: readonly string[];
  peers?: readonly string[];
  dialplan?: readonly string[];
  /** By endpoint: `"Matti Virtanen" <1001>`. */
  callerIds?: Readonly<Record<string, string>>;
  subscribed?: AmiServerOptions['subscribed'];
  tls?: AmiServerOptions['tls'];
}

/** The items of a list in the recording, for `listAnswer`. */
export function recorded(event: string): string[] {
  return readFileSync(RECORDING, 'utf8')
    .split('\r\n\r\n')
    .filter((packet) => packet.startsWith(`Event: ${event}\r\n`))
    .map((packet) => packet.replace(/^ActionID: .*$/m, 'ActionID: {id}'));
}

export function item(event: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return [`Event: ${event}`, 'ActionID: {id}', ...lines].join('\r\n');
}

export function endpoint(name: string, more: Readonly<Record<string, string>> = {}): string {
  const fields = { ObjectType: 'endpoint', ObjectName: name, Transport: 'udp', Aor: name, Auths: name };
  return item('EndpointList', {
    ...fields,
    OutboundAuths: '',
    Contacts: '',
    DeviceState: 'Unavailable',
    ...more,
  });
}

/** One priority of an extension. */
export function step(context: string, extension: string, application: string, data = ''): string {
  const fields = { Context: context, Extension: extension, Priority: '1', Application: application };
  return item('ListDialplan', { ...fields, AppData: data, Registrar: 'pbx_config' });
}

export const DIALPLAN: readonly string[] = [
  item('ListDialplan', { Context: 'internal', IncludeContext: 'outbound', Registrar: 'pbx_config' }),
  item('ListDialplan', {
    Context: 'internal',
    Extension: '1001',
    Priority: 'hint',
    Application: 'PJSIP/1001',
    Registrar: 'pbx_config',
  }),
  step('internal', '1001', 'Dial', 'PJSIP/1001,20'),
  step('internal', '1001', 'VoiceMail', '1001@default,u'),
  step('internal', '600', 'Answer'),
  step('internal', '600', 'Queue', 'support,t'),
  step('internal', '610', 'Dial', 'PJSIP/1001&PJSIP/1002,20'),
  step('internal', '620', 'Goto', 'menu,s,1'),
  step('internal', '*97', 'VoiceMailMain', '@default'),
  step('internal', '_0X.', 'Dial', 'PJSIP/${EXTEN}@trunk'),
  step('menu', 's', 'Background', 'welcome'),
  step('menu', 's', 'WaitExten', '5'),
  step('menu', '11', 'Queue', 'sales'),
];

/** Each action that can be asked for, with the rights of which one is needed. */
const ACTIONS: Readonly<Record<string, string>> = {
  Ping: '<none>',
  ListCommands: '<none>',
  Events: '<none>',
  CoreSettings: 'system,reporting,all',
  CoreShowChannels: 'system,reporting,all',
  PJSIPShowEndpoints: 'system,reporting,all',
  PJSIPShowContacts: 'system,reporting,all',
  SIPpeers: 'system,reporting,all',
  Getvar: 'call,reporting,all',
  ExtensionStateList: 'call,reporting,all',
  ShowDialPlan: 'config,reporting,all',
  Originate: 'originate,all',
  Command: 'command,all',
  Hangup: 'system,call,all',
};

export async function startAskedAsterisk(t: TestContext, office: Office = {}): Promise<AmiServer> {
  const rights = office.rights ?? ['reporting'];
  const may = (action: string) => {
    const needed = ACTIONS[action];
    return (
      needed === undefined || needed === '<none>' || needed.split(',').some((right) => rights.includes(right))
    );
  };
  const server = await startAmiServer({
    ...LOGIN,
    ...(office.tls && { tls: office.tls }),
    subscribed: office.subscribed ?? (() => {}),
    answer: (headers) => {
      const action = headers.get('Action') ?? '';
      if (!may(action)) return response('Error', 'Message: Permission denied');
      if (action === 'ListCommands') {
        const commands = Object.entries(ACTIONS).filter(([name]) => may(name));
        return response(
          'Success',
          ...commands.map(([name, priv]) => `${name}: What it does.  (Priv: ${priv})`),
        );
      }
      return answerOf(action, headers.get('Variable') ?? '', office);
    },
  });
  t.after(() => server.close());
  return server;
}

function answerOf(action: string, variable: string, office: Office): string | undefined {
  switch (action) {
    case 'CoreSettings':
      return response('Success', 'AMIversion: 11.0.0', `AsteriskVersion: ${office.version ?? '22.10.1'}`);
    case 'PJSIPShowEndpoints':
      return list('EndpointListComplete', office.endpoints ?? recorded('EndpointList'));
    case 'PJSIPShowContacts':
      return list('ContactListComplete', office.contacts ?? recorded('ContactList'));
    case 'ExtensionStateList':
      return list('ExtensionStateListComplete', office.hints ?? recorded('ExtensionStatus'));
    case 'ShowDialPlan':
      return list('ShowDialPlanComplete', office.dialplan ?? DIALPLAN);
    case 'SIPpeers':
      return office.peers === undefined ? undefined : list('PeerlistComplete', office.peers);
    case 'Getvar': {
      const name = /^PJSIP_ENDPOINT\(([^,]+),callerid\)$/.exec(variable)?.[1] ?? '';
      const value = office.callerIds?.[name] ?? (name === '' ? '' : '<unknown>');
      return response('Success', `Variable: ${variable}`, `Value: ${value}`);
    }
    default:
      return undefined;
  }
}

function list(complete: string, items: readonly string[]): string {
  return items.length === 0
    ? response('Error', 'Message: No endpoints found')
    : listAnswer('A listing follows', complete, items);
}
