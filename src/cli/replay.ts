/** `callhook replay`: sends messages again that were finished, under their own ids and with their own bytes. */
import { Command, InvalidArgumentError } from 'commander';
import type { EndpointName } from '../command/command.ts';
import { replay } from '../command/replay.ts';
import { systemClock } from '../runtime/clock.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { ReplayOrder } from '../store/store.ts';
import { bySystemUser } from './by.ts';
import { noSuchEndpoint, readEndpointName, withInstallation } from './installation.ts';

interface Options {
  message?: string;
  call?: string;
  failedSince?: number;
  since?: number;
  config?: string;
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function replayCommand(): Command {
  return new Command('replay')
    .description('Send finished messages to an endpoint again: one, a call’s, or all since a time.')
    .argument('<organisation/endpoint>', 'as `callhook status` shows it', readEndpointName)
    .option('--message <id>', 'one message, by its webhook-id')
    .option('--call <id>', 'all messages of one call, by its call_id')
    .option('--failed-since <time>', 'all that expired or became dead letters since then', readTime)
    .option(
      '--since <time>',
      'all that were made since then: 2026-11-23T08:00Z, or 30m, 2h, 3d ago',
      readTime,
    )
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(async (name: EndpointName, options: Options) => {
      const what = whatOf(options);
      await withInstallation(options.config, async (store) => {
        const { organisationId, endpointId } = name;
        if ((await store.directory.endpoint(organisationId, endpointId)) === undefined)
          throw noSuchEndpoint(name);
        const nowMs = store.nowMs();
        const command = { ...name, by: bySystemUser('callhook replay'), nowMs, what, askedAtMs: nowMs };
        const context = { store, clock: { ...systemClock, nowMs: () => store.nowMs() } };
        let count = 0;
        for (let more = true; more;) {
          const step = await replay(context, { ...command, goesOn: count > 0 });
          count += step.count;
          more = step.more;
        }
        process.stdout.write(`${count === 0 ? 'Nothing to send again.' : words(count)}\n`);
      });
    });
}

function whatOf({ message, call, failedSince, since }: Options): ReplayOrder['what'] {
  const chosen: ReplayOrder['what'][] = [];
  if (message !== undefined) chosen.push({ kind: 'message', messageId: message });
  if (call !== undefined) chosen.push({ kind: 'call', callId: call });
  if (failedSince !== undefined) chosen.push({ kind: 'since', sinceMs: failedSince, only: 'failed' });
  if (since !== undefined) chosen.push({ kind: 'since', sinceMs: since });
  const [what] = chosen;
  if (what === undefined || chosen.length > 1) {
    throw new CallhookError('USAGE', 'Say one of --message, --call, --failed-since and --since.');
  }
  return what;
}

function words(count: number): string {
  return `${count.toLocaleString('en')} message${count === 1 ? ' is' : 's are'} on the way again, in order.`;
}

/** A date with its zone, or how long ago. @throws InvalidArgumentError */
export function readTime(text: string): number {
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  if (ago !== null) return Date.now() - Number(ago[1]) * (UNIT_MS[ago[2]!] ?? 0);
  const atMs = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError('Write 2026-11-23T08:00Z, or 30m, 2h, 3d for so long ago.');
  return atMs;
}
