/** `callhook migrate`: brings the database to this version's schema. `serve` does so by itself at its start. */
import { Command } from 'commander';
import { withInstallation } from './installation.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Bring the database to this version’s schema (`serve` does so at its start).')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(async ({ config }: { config?: string }) => {
      await withInstallation(config, async () => {});
      process.stdout.write('The database is up to date.\n');
    });
}
