/**
 * `callhook export`: the directory as a file that `callhook apply` takes. Secrets are left out: `apply` keeps those that
 * are stored, so that the file changes nothing where it came from.
 */
import { Command } from 'commander';
import { writeDirectoryFile } from '../config/directory-file-writer.ts';
import { withInstallation } from './installation.ts';

export function exportCommand(): Command {
  return new Command('export')
    .description('Write the directory as a file for `callhook apply`, without secrets.')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(async ({ config }: { config?: string }) => {
      await withInstallation(config, async (store) => {
        process.stdout.write(writeDirectoryFile(await store.directory.read()));
      });
    });
}
