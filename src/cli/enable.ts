/** `callhook enable` and `callhook disable`: delivery to one endpoint on and off. Its messages are kept. */
import { Command } from 'commander';
import { noSuchEndpoint, readEndpointName, withInstallation, type EndpointName } from './installation.ts';

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
      const { organisationId, endpointId } = name;
      const isThere = await withInstallation(config, (store) =>
        store.health.enable(organisationId, endpointId, on, store.nowMs()),
      );
      if (!isThere) throw noSuchEndpoint(name);
      process.stdout.write(`${organisationId}/${endpointId} is ${on ? 'enabled' : 'disabled'}.\n`);
    });
}
