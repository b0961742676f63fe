/** `callhook enable` and `callhook disable`: delivery to one endpoint on and off. Its messages are kept. */
import { Command } from 'commander';
import { enableEndpoint } from '../command/enable.ts';
import type { EndpointName } from '../command/command.ts';
import { bySystemUser } from './by.ts';
import { noSuchEndpoint, readEndpointName, withInstallation } from './installation.ts';

export function enableCommand(): Command {
  return command('enable', true, 'Deliver to an endpoint again: one message first, then the rest in order.');
}

export function disableCommand(): Command {
  return command('disable', false, 'Stop delivering to an endpoint; its messages are kept.');
}

function command(verb: string, on: boolean, description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<organisation/endpoint>', 'as `callhook status` shows it', readEndpointName)
    .option('--config <file>', 'configuration file (default: callhook.toml if it is there)')
    .action(async (name: EndpointName, { config }: { config?: string }) => {
      const isThere = await withInstallation(config, (store) => {
        const by = bySystemUser(`callhook ${verb}`);
        return enableEndpoint(store, { ...name, by, nowMs: store.nowMs() }, on);
      });
      if (!isThere) throw noSuchEndpoint(name);
      process.stdout.write(`${name.organisationId}/${name.endpointId} is ${on ? 'enabled' : 'disabled'}.\n`);
    });
}
