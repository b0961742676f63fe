/** `callhook calls`: the calls of an organisation, and of one of them what happened and why. Only what may leave is shown. */
import { styleText } from 'node:util';
import { Command } from 'commander';
import { explain } from '../policy/explanation.ts';
import { stageWords, type AttemptDetails } from '../policy/attempt-details.ts';
import { inEnglish } from '../policy/explanation-english.ts';
import type { MessageWithAttempts, TakenStep, Timeline } from '../policy/timeline.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { CallBranch, CallResult, ListedCall, UnknownDevice } from '../store/log.ts';
import type { Store } from '../store/store.ts';
import { organisationNamed, withInstallation } from './installation.ts';
import { clockTime, collect, dateTime, readLimit, writeOut } from './log-words.ts';

interface Options {
  call?: string;
  result?: string;
  user?: string;
  unknownDevices?: boolean;
  limit: number;
  config?: string;
  json?: boolean;
}

const RESULTS: readonly CallResult[] = ['delivered', 'waiting', 'failed', 'not reported'];

export function callsCommand(): Command {
  return new Command('calls')
    .description('Show the last calls of an organisation; of one call, what happened and why.')
    .argument('[organisation]', 'its id; may be left out where there is only one')
    .option('--call <id>', 'one call, by its call_id')
    .option('--result <result>', `only calls that are: ${RESULTS.join(', ')}`)
    .option('--user <id>', 'only calls of this user')
    .option('--unknown-devices', 'instead: devices on the phone systems that are in no directory')
    .option('--limit <count>', 'at most so many', readLimit, 20)
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .option('--json', 'as JSON, for scripts')
    .action(async (organisation: string | undefined, options: Options) => {
      const result = readResult(options.result);
      await withInstallation(options.config, async (store) => {
        if (options.unknownDevices) {
          const devices = await store.log.unknownDevices(options.limit);
          return writeOut(options.json, devices, () => deviceLines(devices));
        }
        const id = await organisationNamed(store, organisation);
        if (options.call !== undefined) return showCall(store, id, options.call, options.json);
        const filter = {
          ...(result !== undefined && { result }),
          ...(options.user !== undefined && { localUserId: options.user }),
        };
        const items = await collect(options.limit, (page) => store.log.calls(id, filter, page));
        writeOut(options.json, items, () => callLines(items));
      });
    });
}

function readResult(text: string | undefined): CallResult | undefined {
  const result = RESULTS.find((candidate) => candidate === text);
  if (text === undefined || result !== undefined) return result;
  throw new CallhookError('USAGE', `--result is one of ${RESULTS.join(', ')}.`);
}

async function showCall(store: Store, organisationId: string, callId: string, json = false): Promise<void> {
  const timeline = await store.log.call(organisationId, callId);
  if (timeline === undefined) {
    throw new CallhookError('USAGE', `There is no call ${callId} of ${organisationId} in the log.`);
  }
  const findings = explain(timeline);
  writeOut(json, { ...timeline, findings }, () => timelineLines(timeline));
}

/** The list. */
export function* callLines(calls: readonly ListedCall[]): Generator<string> {
  if (calls.length === 0) yield 'No calls in the log.';
  for (const { callId, beganAtMs, branches, messages, result } of calls) {
    const count = Object.values(messages).reduce((sum, one) => sum + one, 0);
    const words = `${result}${count === 0 ? '' : ` (${count} message${count === 1 ? '' : 's'})`}`;
    yield `${dateTime(beganAtMs)}  ${callId}  ${result === 'failed' ? styleText('red', words) : words}`;
    for (const branch of branches) yield `    ${branchWords(branch)}`;
  }
}

function branchWords({ localUserId, state, reason, reported }: CallBranch): string {
  const end = reason === undefined ? '' : ` (${reason})`;
  return `${localUserId ?? 'a phone'}  ${state}${end}${reported ? '' : ', not reported'}`;
}

/** One call: the answer first, then what it is read from. */
export function* timelineLines(timeline: Timeline): Generator<string> {
  for (const finding of explain(timeline)) yield inEnglish(finding, clockTime);
  yield '';
  yield styleText('bold', `Call ${timeline.callId}`);
  for (const step of timeline.steps) yield* stepLines(step, timeline);
}

function* stepLines(step: TakenStep, { messages }: Timeline): Generator<string> {
  const { event, takenAtMs } = step;
  const reason = event['termination-reason'];
  const parties = [event.local_user_id ?? event.local_number ?? 'a phone', event.remote_number];
  const arrow = event.direction === 'INCOMING' ? '←' : '→';
  const state = `${event.state}${reason === undefined ? '' : ` (${reason})`}`;
  yield `  ${clockTime(Date.parse(event.timestamp))}  ${state}  ${parties.filter(Boolean).join(` ${arrow} `)}  taken in ${clockTime(takenAtMs)}`;
  for (const { endpointId, why } of step.refusals) yield `      ${endpointId}: not asked for (${why})`;
  const key = `"branch_id":${JSON.stringify(event.branch_id)}`;
  for (const message of messages) {
    if (message.body.includes(key) && message.body.includes(`"state":"${event.state}"`)) {
      yield* messageLines(message);
    }
  }
}

/** A message of a call with its attempts. */
export function* messageLines(message: MessageWithAttempts): Generator<string> {
  const { endpointId, seqNum, outcome, messageId, attempts } = message;
  yield `      ${endpointId} #${seqNum} ${outcome}  ${messageId}`;
  for (const attempt of attempts) {
    const { startedAtMs, durationMs, outcome: came, statusCode, detail, details } = attempt;
    const answer = statusCode === undefined ? '' : ` (${statusCode})`;
    yield `        ${clockTime(startedAtMs)}  ${came}${answer}, ${durationMs} ms${detail === undefined ? '' : `. ${detail}`}`;
    if (details !== undefined) yield* detailLines(details);
  }
}

/** Where the attempt's time went, and what the answer said beside its body. */
function* detailLines(details: AttemptDetails): Generator<string> {
  const { address, tlsVersion, certificateEndsAtMs, headers = {} } = details;
  const certificate =
    certificateEndsAtMs === undefined
      ? undefined
      : `certificate until ${new Date(certificateEndsAtMs).toISOString().slice(0, 10)}`;
  const words = [stageWords(details), address, tlsVersion, certificate].filter(Boolean);
  if (words.length > 0) yield `            ${words.join('  ')}`;
  for (const [name, value] of Object.entries(headers)) yield `            ${name}: ${value}`;
}

export function* deviceLines(devices: readonly UnknownDevice[]): Generator<string> {
  if (devices.length === 0) yield 'No devices but those of the directory were seen.';
  for (const { sourceId, address, events, lastAtMs } of devices) {
    yield `${dateTime(lastAtMs)}  ${sourceId}  ${address}  ${events} event${events === 1 ? '' : 's'}`;
  }
}
