/** `callhook messages`: the message log of an organisation. What is shown is what was sent, after privacy. */
import { Command, Option } from 'commander';
import { LEG_STATES, type LegState } from '../call/leg-event.ts';
import { requestHeaders } from '../policy/attempt-details.ts';
import { MESSAGE_OUTCOMES, type MessageOutcome, type MessageWithAttempts } from '../policy/timeline.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { ListedMessage, MessageFilter } from '../store/log.ts';
import { messageLines } from './calls.ts';
import { organisationNamed, withInstallation } from './installation.ts';
import { collect, dateTime, readLimit, writeOut } from './log-words.ts';
import { readTime } from './replay.ts';

interface Options {
  message?: string;
  endpoint?: string;
  outcome?: MessageOutcome;
  state?: LegState;
  call?: string;
  user?: string;
  since?: number;
  text?: string;
  limit: number;
  config?: string;
  json?: boolean;
}

export function messagesCommand(): Command {
  return new Command('messages')
    .description('Show the last messages of an organisation; of one message, what was sent and each attempt.')
    .argument('[organisation]', 'its id; may be left out where there is only one')
    .option('--message <id>', 'one message, by its webhook-id')
    .option('--endpoint <id>', 'only messages to this endpoint')
    .addOption(new Option('--outcome <outcome>', 'only messages that are').choices(MESSAGE_OUTCOMES))
    .addOption(new Option('--state <state>', 'only messages that tell this state').choices(LEG_STATES))
    .option('--call <id>', 'only messages of this call')
    .option('--user <id>', 'only messages that name this local user')
    .option('--since <time>', 'only messages since: 2026-11-23T08:00Z, or 30m, 2h, 3d ago', readTime)
    .option('--text <text>', 'only messages with this in what was sent, such as a number')
    .option('--limit <count>', 'at most so many', readLimit, 20)
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .option('--json', 'as JSON, for scripts')
    .action(async (organisation: string | undefined, options: Options) => {
      await withInstallation(options.config, async (store) => {
        const id = await organisationNamed(store, organisation);
        if (options.message !== undefined) {
          const message = await store.log.message(id, options.message);
          if (message === undefined) {
            throw new CallhookError('USAGE', `There is no message ${options.message} of ${id} in the log.`);
          }
          return writeOut(options.json, message, () => wholeLines(message));
        }
        const filter = filterOf(options);
        const items = await collect(options.limit, (page) => store.log.messages(id, filter, page));
        writeOut(options.json, items, () => listLines(items));
      });
    });
}

function filterOf({ endpoint, outcome, state, call, user, since, text }: Options): MessageFilter {
  return {
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(outcome !== undefined && { outcome }),
    ...(state !== undefined && { state }),
    ...(call !== undefined && { callId: call }),
    ...(user !== undefined && { localUserId: user }),
    ...(since !== undefined && { fromMs: since }),
    ...(text !== undefined && { text }),
  };
}

export function* listLines(messages: readonly ListedMessage[]): Generator<string> {
  if (messages.length === 0) yield 'No such messages in the log.';
  for (const { createdAtMs, messageId, endpointId, callId, seqNum, body, outcome, last } of messages) {
    const state = /"state":"([A-Z]+)"/.exec(body)?.[1] ?? '';
    const answer = last === undefined ? '' : ` ${last.statusCode ?? last.outcome}, ${last.durationMs} ms`;
    yield `${dateTime(createdAtMs)}  ${messageId}  ${endpointId}  ${callId} #${seqNum} ${state}  ${outcome}${answer}`;
  }
}

function* wholeLines(message: MessageWithAttempts): Generator<string> {
  yield `${dateTime(message.createdAtMs)}  call ${message.callId}`;
  yield* messageLines(message);
  const last = message.attempts.at(-1);
  if (last !== undefined) {
    const sent = requestHeaders(message.messageId, last.startedAtMs, last.details);
    for (const [name, value] of Object.entries(sent)) yield `${name}: ${value}`;
  }
  yield message.body;
}
