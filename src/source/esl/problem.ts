/** What keeps the connection to FreeSWITCH from working, with the lines of its configuration that mend it. */
import type { EslSettings } from '../../policy/directory.ts';
import { CallhookError } from '../../runtime/errors.ts';

const FILE = 'autoload_configs/event_socket.conf.xml';
const RELOAD = "`fs_cli -x 'reload mod_event_socket'`";

export function unreachable({ host, port }: EslSettings, code: string, cause: unknown): CallhookError {
  const where = `${host}:${port}`;
  const advice: Record<string, string> = {
    ECONNREFUSED: `Nothing listens on ${where}. In ${FILE}: <param name="listen-ip" value="…"/> and <param name="listen-port" value="${port}"/> as given here; is FreeSWITCH running, with mod_event_socket loaded?`,
    ENOTFOUND: `The host name ${host} is not known.`,
    ETIMEDOUT: `No answer from ${where}. Is the address right, does a firewall stand between?`,
    ECONNRESET: `${where} hung up at once.`,
  };
  return new CallhookError('SOURCE_UNREACHABLE', advice[code] ?? `${where} cannot be reached (${code}).`, {
    cause,
  });
}

export function notFreeswitch({ host, port }: EslSettings): CallhookError {
  return new CallhookError(
    'SOURCE_PROTOCOL',
    `What answers on ${host}:${port} is not FreeSWITCH's Event Socket. Is it the listen-port of ${FILE}?`,
  );
}

export function turnedAway({ host, port }: EslSettings): CallhookError {
  return new CallhookError(
    'SOURCE_LOGIN_REFUSED',
    `FreeSWITCH on ${host}:${port} does not let this machine's address in. In ${FILE}: <param name="apply-inbound-acl" value="callhook"/>, with a list of that name in autoload_configs/acl.conf.xml that allows the address; then \`fs_cli -x reloadacl\` and ${RELOAD}.`,
  );
}

export function loginRefused({ username }: EslSettings): CallhookError {
  return new CallhookError(
    'SOURCE_LOGIN_REFUSED',
    username === undefined
      ? `FreeSWITCH refused the password. Compare secret with <param name="password" value="…"/> in ${FILE}; after a change there: ${RELOAD}.`
      : `FreeSWITCH refused the login of ${username}. It has to be user@domain of its directory, and secret that user's <param name="esl-password" value="…"/>; after a change there: \`fs_cli -x reloadxml\`.`,
  );
}

export function eventsRefused(events: readonly string[]): CallhookError {
  return new CallhookError(
    'SOURCE_PERMISSION_MISSING',
    `FreeSWITCH refuses the events of calls. Give the user <param name="esl-allowed-events" value="${events.join(' ')}"/> in FreeSWITCH's directory, then \`fs_cli -x reloadxml\`.`,
  );
}

export function listRefused(): CallhookError {
  return new CallhookError(
    'SOURCE_PERMISSION_MISSING',
    'FreeSWITCH refuses to list its channels. Give the user <param name="esl-allowed-api" value="show uuid_dump uptime"/> in FreeSWITCH\'s directory, then `fs_cli -x reloadxml`; mod_commands must be loaded.',
  );
}
