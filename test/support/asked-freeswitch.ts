/**
 * A FreeSWITCH that answers questions, for `doctor` and `discover`. Its registrations are as recorded of 1.10.12; users,
 * queues, agents and dialplan are written after mod_commands, mod_callcenter, mod_fifo and mod_sofia of FreeSWITCH 1.10, and
 * its example configuration.
 */
import type { TestContext } from 'node:test';
import {
  reply,
  response,
  startEslServer,
  type EslServer,
  type EslServerOptions,
} from '../../src/cli/demo/esl-server.ts';

export const PASSWORD = 'correct horse battery';
export const DOMAIN = 'pbx.example.com';

export interface Office {
  version?: string;
  users?: string;
  dialString?: string;
  /** A user of the directory who may ask these alone; without, the socket's password opens everything. */
  allowed?: readonly string[];
  subscribed?: NonNullable<EslServerOptions['subscribed']>;
  turnsAway?: boolean;
}

const row = (user: string, name: string) =>
  `${user}|default|${DOMAIN}|default|error/user_not_registered|techsupport|${name}|${user}`;

export function userList(...users: readonly (readonly [string, string])[]): string {
  const head =
    'userid|context|domain|group|contact|callgroup|effective_caller_id_name|effective_caller_id_number';
  return [head, ...users.map(([user, name]) => row(user, name)), '', '+OK', ''].join('\n');
}

export const USERS = userList(
  ['1001', 'Matti Virtanen'],
  ['1001', 'Matti Virtanen'],
  ['1002', 'Liisa Mäkinen'],
  ['1003', 'Extension 1003'],
  ['1004', ''],
);

const registration = (user: string, address: string) => ({
  reg_user: user,
  realm: DOMAIN,
  token: `78d51ca25e749715@${address}`,
  url: `sofia/internal/sip:${user}@${address}:5060`,
  expires: '1795402138',
  network_ip: address,
  network_port: '5060',
  network_proto: 'udp',
  hostname: 'fs-trace',
  metadata: '',
});

const AGENTS = `<profile>
  <registrations>
    <registration>
        <call-id>78d51ca25e749715@127.0.11.1</call-id>
        <user>1001@${DOMAIN}</user>
        <contact>&quot;&quot; &lt;sip:1001@127.0.11.1:5060&gt;</contact>
        <agent>Yealink SIP-T46S &amp; friends</agent>
    </registration>
  </registrations>
</profile>
`;

const CALLCENTER = `name|strategy|moh_sound|time_base_score|tier_rules_apply
support@default|longest-idle-agent|local_stream://moh|system|false
sales@default|ring-all|local_stream://moh|system|false
+OK
`;

const FIFO = '<fifo_report>\n  <fifo name="manual_calls" consumer_count="0"></fifo>\n</fifo_report>\n';

const CONTEXT = `<context name="default">
  <extension name="Local_Extension">
    <condition field="destination_number" expression="^(10[01][0-9])$">
      <action application="bridge" data="user/\${dialed_extension}@\${domain_name}"/>
      <action application="voicemail" data="default \${domain_name} \${dialed_extension}"/>
    </condition>
  </extension>
  <extension name="support">
    <condition field="destination_number" expression="^600$">
      <action application="answer"/>
      <action application="callcenter" data="support@default"/>
    </condition>
  </extension>
  <extension name="sales_group">
    <condition field="destination_number" expression="^610$">
      <action application="bridge" data="{ignore_early_media=true}group/sales@\${domain_name}"/>
    </condition>
  </extension>
  <extension name="vmain">
    <condition field="destination_number" expression="^vmain$|^4000$|^\\*98$">
      <action application="answer"/>
      <action application="voicemail" data="check default \${domain_name}"/>
    </condition>
  </extension>
  <extension name="main_number">
    <condition field="destination_number" expression="^\\+?358942722000$">
      <action application="transfer" data="5000 XML default"/>
    </condition>
  </extension>
  <extension name="ivr_demo">
    <condition field="destination_number" expression="^5000$">
      <action application="ivr" data="demo_ivr"/>
    </condition>
  </extension>
  <extension name="one_phone">
    <condition field="destination_number" expression="^1500$">
      <action application="bridge" data="user/1001@\${domain_name}"/>
    </condition>
  </extension>
</context>
`;

export async function startAskedFreeswitch(t: TestContext, office: Office = {}): Promise<EslServer> {
  const registrations = [registration('1001', '127.0.11.1'), registration('1004', '127.0.11.2')];
  const answers: Readonly<Record<string, string>> = {
    version: `FreeSWITCH Version ${office.version ?? '1.10.12-release'}~64bit ( 64bit)\n`,
    list_users: office.users ?? USERS,
    'show registrations as json': JSON.stringify({ row_count: 2, rows: registrations }),
    'sofia xmlstatus profile internal reg': AGENTS,
    'callcenter_config queue list': CALLCENTER,
    'fifo list': FIFO,
    'xml_locate dialplan context name default': CONTEXT,
  };
  const server = await startEslServer({
    password: PASSWORD,
    ...(office.allowed && { username: `callhook@${DOMAIN}` }),
    ...(office.turnsAway && { turnsAway: true }),
    ...(office.subscribed && { subscribed: office.subscribed }),
    answer: (command) => {
      const asked = /^api (.*)$/.exec(command)?.[1];
      if (asked === undefined) return undefined;
      const name = asked.split(' ', 1)[0] ?? '';
      if (office.allowed?.includes(name) === false) return reply('-ERR permission denied');
      if (name === 'user_data') {
        const usual =
          '{presence_id=${dialed_user}@${dialed_domain}}${sofia_contact(*/${dialed_user}@${dialed_domain})}';
        return response(office.dialString ?? usual);
      }
      const answer = answers[asked];
      return answer === undefined ? undefined : response(answer);
    },
  });
  t.after(() => server.close());
  return server;
}
