/** `callhook test`: one example message to an endpoint, now. */
import { Command, Option } from 'commander';
import { attempterOf } from '../app.ts';
import { LEG_STATES, type Direction, type LegState } from '../call/leg-event.ts';
import type { EndpointName } from '../command/command.ts';
import { testEndpoint, wordTested } from '../command/test-endpoint.ts';
import { systemClock } from '../runtime/clock.ts';
import { bySystemUser } from './by.ts';
import { noSuchEndpoint, readEndpointName, withInstallation } from './installation.ts';

interface Options {
  state: LegState;
  direction: Direction;
  config?: string;
}

export function testCommand(): Command {
  return new Command('test')
    .description('Send an endpoint one example message now, marked as a test, and tell what happened.')
    .argument('<organisation/endpoint>', 'as `callhook status` shows it', readEndpointName)
    .addOption(new Option('--state <state>', 'the state it tells').choices(LEG_STATES).default('EARLY'))
    .addOption(
      new Option('--direction <direction>', 'of the call')
        .choices(['INCOMING', 'OUTGOING'])
        .default('INCOMING'),
    )
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(async (name: EndpointName, { config: file, ...asked }: Options) => {
      await withInstallation(file, async (store, config) => {
        const clock = { ...systemClock, nowMs: () => store.nowMs() };
        const attempter = attempterOf(config, clock);
        try {
          const command = { ...name, by: bySystemUser('callhook test'), nowMs: store.nowMs() };
          const tested = await testEndpoint({ store, attempter, clock }, command, asked);
          if (tested === undefined) throw noSuchEndpoint(name);
          const { outcome, durationMs, body } = tested;
          const came = outcome.ok ? 'delivered' : outcome.code;
          process.stdout.write(
            `Sent to ${name.organisationId}/${name.endpointId}, as a test:\n    ${body}\n`,
          );
          process.stdout.write(`${came}, after ${Math.round(durationMs)} ms. ${wordTested(tested)}\n`);
          if (!outcome.ok) process.exitCode = 1;
        } finally {
          await attempter.close();
        }
      });
    });
}
