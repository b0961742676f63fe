#!/usr/bin/env node
/** The command line: one file per verb. Errors that reach a person are one sentence, never a stack trace. */
import { Command } from 'commander';
import { CallhookError } from '../runtime/errors.ts';

const program = new Command('callhook')
  .description('The webhook connector for telephone calls.')
  .showHelpAfterError();

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CallhookError)) throw error;
  process.stderr.write(`callhook: ${error.message}\n`);
  process.exitCode = 1;
}
