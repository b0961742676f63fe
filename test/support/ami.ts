/** Writes AMI events as Asterisk 22 does. */
export interface Block {
  Channel: string;
  state?: number;
  caller?: string;
  connected?: string;
  Exten?: string;
  Uniqueid: string;
  Linkedid?: string;
}

const STATES = new Map([
  [0, 'Down'],
  [4, 'Ring'],
  [5, 'Ringing'],
  [6, 'Up'],
]);

export function block(channel: Block, prefix = ''): string[] {
  const { state = 0 } = channel;
  return [
    `Channel: ${channel.Channel}`,
    `ChannelState: ${state}`,
    `ChannelStateDesc: ${STATES.get(state)}`,
    `CallerIDNum: ${channel.caller ?? '<unknown>'}`,
    'CallerIDName: <unknown>',
    `ConnectedLineNum: ${channel.connected ?? '<unknown>'}`,
    'ConnectedLineName: <unknown>',
    'Language: en',
    'AccountCode: ',
    'Context: internal',
    `Exten: ${channel.Exten ?? ''}`,
    'Priority: 1',
    `Uniqueid: ${channel.Uniqueid}`,
    `Linkedid: ${channel.Linkedid ?? channel.Uniqueid}`,
  ].map((line) => prefix + line);
}

export function event(name: string, channel?: Block, more: readonly string[] = [], dest?: Block): string {
  return [
    `Event: ${name}`,
    'Privilege: call,all',
    ...(channel ? block(channel) : []),
    ...(dest ? block(dest, 'Dest') : []),
    ...more,
    '',
    '',
  ].join('\r\n');
}

/** One item of a CoreShowChannels answer, for `listAnswer`. */
export function listed(channel: Block, application: string, duration = '00:00:07'): string {
  return [
    'Event: CoreShowChannel',
    'ActionID: {id}',
    ...block(channel),
    `Application: ${application}`,
    'ApplicationData: ',
    `Duration: ${duration}`,
  ].join('\r\n');
}

export const TRUNK: Block = {
  Channel: 'PJSIP/trunk-00000000',
  state: 4,
  caller: '+358409401234',
  Exten: '+358942721001',
  Uniqueid: 'pbx1-1.0',
};

export const PHONE: Block = {
  Channel: 'PJSIP/1001-00000001',
  state: 0,
  caller: '1001',
  connected: '+358409401234',
  Exten: 's',
  Uniqueid: 'pbx1-1.1',
  Linkedid: 'pbx1-1.0',
};

/** A trunk's call to the phone, up to its ringing. */
export const RINGING = [
  event('Newchannel', TRUNK),
  event('Newchannel', PHONE),
  event('DialBegin', TRUNK, ['DialString: 1001'], PHONE),
  event('Newstate', { ...PHONE, state: 5 }),
].join('');

export const ANSWERED = event('Newstate', { ...PHONE, state: 6 });
export const HUNG_UP = event('Hangup', { ...PHONE, state: 6 }, ['Cause: 16', 'Cause-txt: Normal Clearing']);
