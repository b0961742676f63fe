#!/usr/bin/env node
/** The command line: one file per verb. Errors that reach a person are plain sentences, never a stack trace. */
import { Command } from 'commander';
import { CallhookError } from '../runtime/errors.ts';
import { applyCommand } from './apply.ts';
import { demoCommand } from './demo.ts';
import { listenCommand } from './listen.ts';
import { playbackCommand } from './playback.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';

const program = new Command('callhook')
  .description('The webhook connector for telephone calls.')
  .showHelpAfterError('(`callhook help` tells more)')
  .addCommand(serveCommand())
  .addCommand(applyCommand())
  .addCommand(statusCommand())
  .addCommand(listenCommand())
  .addCommand(playbackCommand())
  .addCommand(demoCommand());

// A reader that has seen enough (`| head`) is no fault of ours.
process.stdout.on('error', () => process.exit(0));

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CallhookError)) throw error;
  process.stderr.write(`callhook: ${error.message}\n`);
  process.exitCode = 1;
}
