/** `callhook playback`: what recorded PBX bytes would have sent. For support and for tests. */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { LEG_STATES, type LegState } from '../call/leg-event.ts';
import { readDirectoryFile } from '../config/directory-file.ts';
import { environment } from '../config/environment.ts';
import { completeDirectory } from '../policy/wanted-directory.ts';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import { playBack } from './playback/play-back.ts';

interface Options {
  with: string;
  source: string;
  states?: readonly LegState[];
  explain?: boolean;
}

export function playbackCommand(): Command {
  return new Command('playback')
    .description(
      'Print the messages that recorded PBX bytes or posted events would send, one JSON body per line.',
    )
    .argument(
      '<transcript...>',
      'recordings in order: .raw or .raw.gz, one per connection; for a source of kind http what was posted, one event per line',
    )
    .requiredOption(
      '--with <file>',
      'the file with sources and organisations, as for `apply`; secrets are not needed',
    )
    .requiredOption('--source <id>', 'the source of that file that was recorded')
    .option(
      '--states <list>',
      '`all`, or states separated by commas; default: what each endpoint asks for',
      readStates,
    )
    .option('--explain', 'say on standard error why each channel was or was not reported')
    .action(async (recordings: string[], options: Options) => {
      const remark = (line: string) => process.stderr.write(`${line}\n`);
      const { states } = options;
      const explanation = await playBack({
        directory: readDirectory(options.with),
        sourceId: options.source,
        recordings,
        ...(states && { states }),
        message: ({ body }) => process.stdout.write(`${body}\n`),
        remark,
      });
      if (options.explain) for (const line of explanation.lines()) remark(line);
    });
}

function readDirectory(file: string) {
  const wanted = readDirectoryFile({ file, text: readText(file), env: environment, secrets: 'ignore' });
  // Nothing is signed here, so an endpoint needs no secret.
  const none = { signingSecret: () => '', sourceToken: () => '', nowMs: 0 };
  return completeDirectory(wanted, { sources: [], organisations: [] }, none).directory;
}

/** @throws CallhookError `DIRECTORY_FILE_INVALID` */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = systemCodeOf(cause);
    const why =
      code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown reason'})`;
    throw new CallhookError('DIRECTORY_FILE_INVALID', `${file}: ${why}.`, { cause });
  }
}

function readStates(list: string): readonly LegState[] {
  if (list === 'all') return LEG_STATES;
  return list.split(',').map((word) => {
    const state = LEG_STATES.find((known) => known === word.trim().toUpperCase());
    if (state === undefined) throw new InvalidArgumentError(`Known are all, ${LEG_STATES.join(', ')}.`);
    return state;
  });
}
