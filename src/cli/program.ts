/** The command line: one file per verb. Errors that reach a person are plain sentences, never a stack trace. */
import { Command } from 'commander';
import { environment } from '../config/environment.ts';
import { CallhookError } from '../runtime/errors.ts';
import { VERSION } from '../runtime/version.ts';
import { accountCommand } from './account.ts';
import { applyCommand } from './apply.ts';
import { callsCommand } from './calls.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { discoverCommand } from './discover.ts';
import { disableCommand, enableCommand } from './enable.ts';
import { exportCommand } from './export.ts';
import { keyCommand } from './key.ts';
import { listenCommand } from './listen.ts';
import { messagesCommand } from './messages.ts';
import { migrateCommand } from './migrate.ts';
import { playbackCommand } from './playback.ts';
import { replayCommand } from './replay.ts';
import { rotateCommand } from './rotate.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { testCommand } from './test.ts';

const program = new Command('callhook')
  .description('The webhook connector for telephone calls.')
  .version(VERSION)
  .showHelpAfterError('(`callhook help` tells more)')
  .addCommand(serveCommand())
  .addCommand(applyCommand())
  .addCommand(exportCommand())
  .addCommand(accountCommand())
  .addCommand(doctorCommand())
  .addCommand(discoverCommand())
  .addCommand(statusCommand())
  .addCommand(callsCommand())
  .addCommand(messagesCommand())
  .addCommand(replayCommand())
  .addCommand(enableCommand())
  .addCommand(disableCommand())
  .addCommand(rotateCommand())
  .addCommand(keyCommand())
  .addCommand(testCommand())
  .addCommand(migrateCommand())
  .addCommand(listenCommand())
  .addCommand(playbackCommand())
  .addCommand(demoCommand());

// A reader that has seen enough (`| head`) is no fault of ours.
process.stdout.on('error', () => process.exit(0));

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`callhook: ${error instanceof CallhookError ? error.message : unexpected(error)}\n`);
  process.exitCode = 1;
}

/** A fault of ours. Its trace is for whoever mends it. */
function unexpected(error: unknown): string {
  const trace = error instanceof Error ? error.stack : undefined;
  if (environment['CALLHOOK_LOG_LEVEL'] === 'debug') return trace ?? String(error);
  return `This should not have happened: ${String(error)}. Please report it, with what CALLHOOK_LOG_LEVEL=debug shows.`;
}
