/**
 * `callhook doctor SOURCE`: does everything work between Callhook and a phone system, and do both know the same phones?
 * Usable before anything was applied (`--with FILE`), and while `serve` runs.
 */
import { Command, InvalidArgumentError } from 'commander';
import type { Check } from '../source/inspection.ts';
import { compare } from './doctor/comparison.ts';
import { inspectUntilStopped } from './doctor/inspect-source.ts';
import { mustChange, reportLines, type Findings } from './doctor/report.ts';
import { findSubject, type Subject } from './doctor/subject.ts';

interface Options {
  with?: string;
  wait: number;
  config?: string;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check a phone system: connection, login, rights, version, and whose phones it has.')
    .argument('<source>', 'the id of a source')
    .option('--with <file>', 'a file as for `apply` that has the source; default: what was applied')
    .option('--wait <seconds>', 'wait for a call, to see that its events arrive', readSeconds, 0)
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(doctor);
}

async function doctor(sourceId: string, options: Options): Promise<void> {
  const subject = await findSubject(sourceId, options);
  const { directory, from } = subject;
  const seen = await inspectUntilStopped(subject, {
    names: false,
    waitMs: options.wait * 1_000,
    waiting: () =>
      process.stderr.write(`Call one of the phones now: waiting ${options.wait} s for its events …\n`),
  });
  const inspection = { ...seen, checks: [...seen.checks, ...checkServed(subject)] };
  const findings: Findings = {
    sourceId,
    from,
    inspection,
    ...(inspection.devices !== undefined && { comparison: compare(inspection, sourceId, directory) }),
  };
  for (const line of reportLines(findings)) process.stdout.write(`${line}\n`);
  if (mustChange(findings)) process.exitCode = 1;
}

function checkServed({ source, installation }: Subject): Check[] {
  // Nothing was applied yet, and nothing can be said.
  if (installation === undefined) return [];
  const { isServed, health } = installation;
  const about = 'serve';
  if (health === undefined) {
    return [
      {
        about,
        is: 'improvable',
        says: 'does not know this source yet',
        advice: ['`callhook apply FILE` tells it.'],
      },
    ];
  }
  if (!isServed)
    return [{ about, is: 'improvable', says: 'does not run', advice: ['Start `callhook serve`.'] }];
  // Of one that is posted to, its own checks tell more.
  if (source.kind === 'http') return [];
  if (health.status === 'connected' && health.advice === undefined) {
    return [{ about, is: 'fine', says: 'is connected to it' }];
  }
  const advice = health.advice === undefined ? [] : [health.advice];
  return [{ about, is: 'improvable', says: `is ${health.status}`, advice }];
}

function readSeconds(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number of seconds from 0 to 9999 is wanted.');
}
