/** `callhook enable` and `callhook disable`: delivery to one endpoint on and off. Its messages are kept. */
import { Command } from 'commander';
import { bySystemUser } from './by.ts';
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
      const isThere = await withInstallation(config, async (store) => {
        const nowMs = store.nowMs();
        const found = await store.health.enable(organisationId, endpointId, on, nowMs);
        if (found) {
          await store.accounts.note({
            atMs: nowMs,
            by: bySystemUser(`callhook ${verb}`),
            action: 'changed',
            thing: 'endpoint',
            id: endpointId,
            organisationId,
            after: { enabled: on },
          });
        }
        return found;
      });
      if (!isThere) throw noSuchEndpoint(name);
      process.stdout.write(`${organisationId}/${endpointId} is ${on ? 'enabled' : 'disabled'}.\n`);
    });
}
