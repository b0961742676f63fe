/**
 * Phones and trunks for tests, each a sipp of its own that does what it is told, step by step:
 *
 *     await phones.register({ '1001': [5071], '1002': [5072, 5073] });
 *     const answering = phones.called(5071, ['180', '200', 'await BYE']);
 *     await phones.calls({ from: '1003', to: '1001' }, ['await 200', 'BYE']);
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeFolder } from './callhook-process.ts';
import { runSipp } from './kamailio.ts';
import { freeUdpPort } from './ports.ts';

/** What a phone that is called does after the INVITE: answers with a status, hangs up, waits for a request. */
export type CalledStep =
  | `${number}`
  | `pause ${number}`
  | 'BYE'
  | 're-INVITE'
  | 'await BYE'
  | 'await CANCEL'
  | 'answer despite CANCEL';

/** What a caller does after its INVITE: waits for a status, hangs up, waits to be hung up on. */
export type CallerStep =
  | `await ${number}`
  | `pause ${number}`
  | 'CANCEL'
  | 'CANCEL, answered elsewhere'
  | 'BYE'
  | 'await BYE'
  | 'await re-INVITE';

export interface Calling {
  from: string;
  to: string;
  /** The caller's own port; any by default. */
  port?: number;
  /** Whole lines. */
  headers?: readonly string[];
}

export interface Phones {
  /** Registers contacts, one per port, for each user. @param parameters of the contacts' addresses */
  register(contacts: Record<string, readonly number[]>, parameters?: string): Promise<void>;
  /** A phone that is called once. Resolves when it has done all that it was told; otherwise it rejects. */
  called(port: number, steps: readonly CalledStep[]): Promise<void>;
  /** Calls once, and resolves when all is done. */
  calls(calling: Calling, steps: readonly CallerStep[]): Promise<void>;
}

/** @param proxy its port on 127.0.0.1 */
export function createPhones(t: TestContext, proxy: number): Phones {
  const folder = makeFolder(t);
  let files = 0;
  const play = async (what: string, steps: readonly string[], port: number, args: readonly string[] = []) => {
    const name = join(folder, `${(files += 1)}.xml`);
    writeFileSync(name, scenario(steps));
    const once = ['-m', '1', '-timeout', '20', '-timeout_error'];
    const at = ['-i', '127.0.0.1', '-p', `${port}`];
    const code = await runSipp(t, ['-sf', name, ...once, ...at, ...args, `127.0.0.1:${proxy}`]);
    if (code !== 0) throw new Error(`${what} did not go as told: sipp ended with ${code}`);
  };
  return {
    async register(contacts, parameters = '') {
      for (const [user, ports] of Object.entries(contacts)) {
        for (const port of ports) {
          const steps = [send(registration(user, port, parameters)), receive('response', '200')];
          await play(`registering ${user}`, steps, await freeUdpPort());
        }
      }
    },
    called: (port, steps) => play(`the phone on ${port}`, calledScenario(steps), port),
    async calls(calling, steps) {
      const port = calling.port ?? (await freeUdpPort());
      await play(`the call from ${calling.from}`, callerScenario(calling, steps), port, ['-s', calling.to]);
    },
  };
}

const scenario = (steps: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8" ?>\n<scenario name="a phone">\n${steps.join('\n')}\n</scenario>\n`;

const send = (lines: readonly string[], options = '') =>
  `<send${options}><![CDATA[\n${lines.join('\n')}\nContent-Length: 0\n\n]]></send>`;

const receive = (what: 'request' | 'response', value: string, more = '', actions = '') =>
  `<recv ${what}="${value}"${more}>${actions}</recv>`;

const pause = (step: string) => `<pause milliseconds="${step.slice('pause '.length)}"/>`;

const VIA = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]';

const LAST = ['[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]'];
const ELSEWHERE = 'Reason: SIP;cause=200;text="Call completed elsewhere"';

const registration = (user: string, port: number, parameters: string) => [
  'REGISTER sip:[remote_ip] SIP/2.0',
  VIA,
  `From: <sip:${user}@[remote_ip]>;tag=[call_number]`,
  `To: <sip:${user}@[remote_ip]>`,
  'Call-ID: [call_id]',
  'CSeq: 1 REGISTER',
  `Contact: <sip:${user}@127.0.0.1:${port}${parameters}>`,
  'Expires: 600',
  'Max-Forwards: 70',
  `User-Agent: Softphone/${port}`,
];

// A phone that is called. ------------------------------------------------------------------------------------------

/** Of the INVITE: $2 its Vias (a CANCEL has one only), $3 the way back, $4 its caller, $5 who was called, $6 its contact. */
const REMEMBER = `<action>
  <ereg regexp="(Via:.*)From:" search_in="msg" assign_to="1,2"/>
  <ereg regexp=".*" search_in="hdr" header="Record-Route:" assign_to="3"/>
  <ereg regexp=".*" search_in="hdr" header="From:" assign_to="4"/>
  <ereg regexp=".*" search_in="hdr" header="To:" assign_to="5"/>
  <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="6"/>
</action>`;
const REFERENCE = '<Reference variables="1,2,3,4,5,6"/>';

function calledScenario(steps: readonly CalledStep[]): string[] {
  return [
    receive('request', 'INVITE', ' rrs="true"', REMEMBER),
    ...steps.flatMap((step) => (step.startsWith('pause') ? [pause(step)] : calledStep(step))),
    REFERENCE,
  ];
}

function calledStep(step: CalledStep): string[] {
  const ack = receive('request', 'ACK', ' crlf="true"');
  switch (step) {
    case 'BYE':
      return [send(withinDialog('BYE'), ' retrans="500"'), receive('response', '200')];
    case 're-INVITE':
      return [
        send(withinDialog('INVITE'), ' retrans="500"'),
        receive('response', '100', ' optional="true"'),
        receive('response', '200'),
        send(withinDialog('ACK')),
      ];
    case 'await BYE':
      return [receive('request', 'BYE'), send(['SIP/2.0 200 OK', ...LAST])];
    case 'await CANCEL':
      return [receive('request', 'CANCEL'), send(['SIP/2.0 200 OK', ...LAST]), send(answer('487')), ack];
    case 'answer despite CANCEL':
      // They crossed on the wire.
      return [
        receive('request', 'CANCEL'),
        send(['SIP/2.0 200 OK', ...LAST]),
        send(answer('200'), ' retrans="500"'),
        ack,
      ];
    default: {
      const code = Number(step);
      // A proxy of several workers may let one overtake the other of two answers at once.
      return code < 200
        ? [send(answer(step))]
        : [pause('pause 60'), send(answer(step), ' retrans="500"'), ack];
    }
  }
}

/** To the INVITE. sipp gives a call's parties one tag each by itself. */
const answer = (code: string) => [
  `SIP/2.0 ${code} Told`,
  // Ends with the line's end.
  '[$2]From:[$4]',
  'To:[$5];tag=[local_port]',
  'Record-Route:[$3]',
  'Call-ID: [call_id]',
  'CSeq: 1 INVITE',
  'Contact: <sip:phone@[local_ip]:[local_port]>',
];

const withinDialog = (method: string) => [
  `${method} [$6] SIP/2.0`,
  VIA,
  '[routes]',
  'From:[$5];tag=[local_port]',
  'To:[$4]',
  'Call-ID: [call_id]',
  `CSeq: ${method === 'BYE' ? 3 : 2} ${method}`,
  'Contact: <sip:phone@[local_ip]:[local_port]>',
  'Max-Forwards: 70',
];

// A caller. --------------------------------------------------------------------------------------------------------

function callerScenario(calling: Calling, steps: readonly CallerStep[]): string[] {
  return [
    send(invitation(calling), ' retrans="500"'),
    ...steps.flatMap((step) => (step.startsWith('pause') ? [pause(step)] : callerStep(calling, step))),
  ];
}

const from = (calling: Calling) =>
  calling.from.includes('@') ? `sip:${calling.from}` : `sip:${calling.from}@[remote_ip]`;

const invitation = (calling: Calling, method = 'INVITE', via = VIA) => [
  `${method} sip:[service]@[remote_ip] SIP/2.0`,
  via,
  `From: <${from(calling)}>;tag=caller`,
  'To: <sip:[service]@[remote_ip]>',
  'Call-ID: [call_id]',
  `CSeq: 1 ${method}`,
  'Contact: <sip:caller@[local_ip]:[local_port]>',
  'Max-Forwards: 70',
  'User-Agent: Softphone/caller',
  ...(calling.headers ?? []),
];

/** $1: who answered. sipp's own [next_url] stays with the first. */
const CONTACT = `<action>
  <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="1"/>
</action>`;

const OPTIONAL = ['100', '180', '183']
  .map((code) => receive('response', code, ' optional="true"'))
  .join('\n');

function callerStep(calling: Calling, step: CallerStep): string[] {
  if (step.startsWith('await 1'))
    return [receive('response', '100', ' optional="true"'), receive('response', step.slice(6))];
  switch (step) {
    case 'CANCEL':
    case 'CANCEL, answered elsewhere':
      return [
        // Of the INVITE's branch, as the last answer tells it.
        send(
          [...invitation(calling, 'CANCEL', '[last_Via:]'), ...(step === 'CANCEL' ? [] : [ELSEWHERE])],
          ' retrans="500"',
        ),
        OPTIONAL,
        receive('response', '200'),
        receive('response', '487'),
        send(acknowledgement(calling, false)),
      ];
    case 'BYE':
      return [send(ending(calling), ' retrans="500"'), receive('response', '200')];
    case 'await BYE':
      return [receive('request', 'BYE'), send(['SIP/2.0 200 OK', ...LAST])];
    case 'await re-INVITE':
      return [
        receive('request', 'INVITE'),
        send(['SIP/2.0 200 OK', ...LAST, 'Contact: <sip:caller@[local_ip]:[local_port]>'], ' retrans="500"'),
        receive('request', 'ACK'),
      ];
    default: {
      const code = step.slice('await '.length);
      const isAnswer = code === '200';
      const heard = receive('response', code, ' rrs="true"', isAnswer ? CONTACT : '');
      return [OPTIONAL, heard, send(acknowledgement(calling, isAnswer))];
    }
  }
}

const dialogLines = (calling: Calling) => [
  `From: <${from(calling)}>;tag=caller`,
  '[last_To:]',
  'Call-ID: [call_id]',
  'Max-Forwards: 70',
];

/** Of an answer it is a request of its own; of a refusal it belongs to the INVITE (RFC 3261 section 17.1.1.3). */
const acknowledgement = (calling: Calling, isAnswered: boolean) => [
  `ACK ${isAnswered ? '[$1]' : 'sip:[service]@[remote_ip]'} SIP/2.0`,
  isAnswered ? VIA : '[last_Via:]',
  ...(isAnswered ? ['[routes]'] : []),
  ...dialogLines(calling),
  'CSeq: 1 ACK',
];

const ending = (calling: Calling) => [
  'BYE [$1] SIP/2.0',
  VIA,
  '[routes]',
  ...dialogLines(calling),
  'CSeq: 2 BYE',
];
