/** `callhook serve`: the connector as a service. */
import { Command } from 'commander';
import { runConnector } from '../app.ts';
import { loadWithOrigins } from '../config/connector-config.ts';
import { DEFAULT_CONFIG } from '../config/default-config.ts';
import { environment } from '../config/environment.ts';
import { loadKeys } from '../config/installation-key.ts';
import { createLogger } from '../runtime/logger.ts';
import { nameOf } from '../store/open-store.ts';
import { servePortalDemo } from './demo/portal-demo.ts';

interface ServeOptions {
  config?: string;
  printConfig?: boolean;
  demo?: boolean;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the connector: read the phone systems, deliver to the endpoints.')
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .option('--print-config', 'show every setting with its default, and end')
    .option('--demo', 'look around: recorded calls, a database that is gone afterwards')
    .action(async ({ config: file, printConfig, demo }: ServeOptions) => {
      if (printConfig) {
        process.stdout.write(DEFAULT_CONFIG);
        return;
      }
      const { config, origins } = loadWithOrigins(file, environment);
      if (demo) {
        await servePortalDemo(config, untilStopped());
        return;
      }
      const log = createLogger(config.log_level);
      const keys = loadKeys(config, environment);
      const stop = untilStopped();
      await runConnector(
        {
          config,
          origins,
          keys,
          log,
          ready(api, setUp) {
            log.info({ api, database: nameOf(config.database) }, 'callhook serves');
            if (setUp !== undefined) process.stdout.write(wordSetUp(setUp.link, setUp.expires));
          },
        },
        stop,
      );
      log.info('callhook stopped');
    });
}

/** For a person at the terminal, not for a log: whoever has it is the operator. */
function wordSetUp(link: string, expires: string): string {
  return `\nThere is no account yet. This link makes the first operator’s, once, until ${expires}:\n    ${link}\n\`callhook account create\` does so too.\n\n`;
}

/** Aborts at the first SIGTERM or SIGINT. */
export function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
