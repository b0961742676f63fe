/** `callhook account`: accounts from the machine itself, where nobody has to log in. */
import { Command } from 'commander';
import { makeLink } from '../api/links.ts';
import { originOf } from '../config/api-settings.ts';
import type { ConnectorConfig } from '../config/connector-config.ts';
import { ROLES, type Role } from '../policy/access.ts';
import { normaliseEmail, type Account } from '../policy/account.ts';
import type { AuditNote } from '../policy/audit.ts';
import { systemClock } from '../runtime/clock.ts';
import { CallhookError } from '../runtime/errors.ts';
import { createLogger } from '../runtime/logger.ts';
import { newId } from '../runtime/tokens.ts';
import type { Store } from '../store/store.ts';
import { bySystemUser } from './by.ts';
import { openInstallation, withInstallation } from './installation.ts';

interface CreateOptions {
  role: string;
  organisation?: string;
  config?: string;
}

const CONFIG = ['--config <file>', 'configuration file (default: callhook.toml if it is there)'] as const;
const PAGE = 500;

export function accountCommand(): Command {
  return new Command('account')
    .description('Make, list and disable the accounts of people who log in.')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(switchCommand('disable', true, 'Keep an account from logging in, and end its sessions.'))
    .addCommand(switchCommand('enable', false, 'Let a disabled account log in again.'))
    .addCommand(resetCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('Make a link by which somebody chooses a password and has an account.')
    .argument('<email>')
    .option('--role <role>', ROLES.join(', '), 'operator')
    .option('--organisation <id>', 'of administrators and viewers')
    .option(...CONFIG)
    .action(async (given: string, { role: word, organisation: organisationId, config }: CreateOptions) => {
      const email = normaliseEmail(given);
      const role = ROLES.find((one) => one === word);
      refuseUsage(email, role, organisationId);
      await openInstallation(config, async (store, settings) => {
        if ((await store.accounts.byEmail(email)) !== undefined) {
          throw new CallhookError(
            'USAGE',
            `${email} has an account already. \`callhook account reset\` helps in.`,
          );
        }
        if (
          organisationId !== undefined &&
          (await store.directory.organisation(organisationId)) === undefined
        ) {
          throw new CallhookError('USAGE', `There is no organisation ${organisationId}.`);
        }
        const id = newId();
        const ofOrganisation = organisationId !== undefined && { organisationId };
        const note: AuditNote = {
          atMs: store.nowMs(),
          by: bySystemUser('callhook account create'),
          action: 'created',
          thing: 'invitation',
          id,
          ...ofOrganisation,
          after: { email, role },
        };
        const purpose = { purpose: 'invitation', email, role: role!, ...ofOrganisation } as const;
        tell(await makeLink(contextOf(store, settings), purpose, undefined, note, id));
      });
    });
}

function refuseUsage(email: string, role: Role | undefined, organisationId: string | undefined): void {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new CallhookError('USAGE', 'Give an e-mail address.');
  if (role === undefined) throw new CallhookError('USAGE', `--role is one of ${ROLES.join(', ')}.`);
  if ((role === 'operator') !== (organisationId === undefined)) {
    const what =
      role === 'operator' ? 'An operator belongs to no organisation.' : 'Say --organisation as well.';
    throw new CallhookError('USAGE', what);
  }
}

function listCommand(): Command {
  return new Command('list')
    .description('Show the accounts.')
    .option(...CONFIG)
    .action(async ({ config }: { config?: string }) => {
      await withInstallation(config, async ({ accounts }) => {
        let after = '';
        for (;;) {
          const found = await accounts.accounts(undefined, { after, limit: PAGE });
          for (const account of found) process.stdout.write(`${lineOf(account)}\n`);
          if (found.length < PAGE) return;
          after = found.at(-1)!.id;
        }
      });
    });
}

function lineOf({ email, role, organisationId, disabled }: Account): string {
  const where = organisationId === undefined ? '' : ` of ${organisationId}`;
  return `${email}  ${role}${where}${disabled ? '  disabled' : ''}`;
}

function switchCommand(verb: string, disabled: boolean, description: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<email>')
    .option(...CONFIG)
    .action(async (email: string, { config }: { config?: string }) => {
      await withInstallation(config, async (store) => {
        const { id, name, role, organisationId } = await find(store, email);
        const note: AuditNote = {
          atMs: store.nowMs(),
          by: bySystemUser(`callhook account ${verb}`),
          action: 'changed',
          thing: 'account',
          id,
          ...(organisationId !== undefined && { organisationId }),
          after: { disabled },
        };
        await store.accounts.change(undefined, id, { name, role, disabled }, note);
      });
      process.stdout.write(`${normaliseEmail(email)} is ${verb}d.\n`);
    });
}

function resetCommand(): Command {
  return new Command('reset')
    .description('Make a link by which an account’s password can be set anew.')
    .argument('<email>')
    .option(...CONFIG)
    .action(async (email: string, { config }: { config?: string }) => {
      await withInstallation(config, async (store, settings) => {
        const { id, organisationId } = await find(store, email);
        const note: AuditNote = {
          atMs: store.nowMs(),
          by: bySystemUser('callhook account reset'),
          action: 'changed',
          thing: 'account',
          id,
          ...(organisationId !== undefined && { organisationId }),
          after: { password: 'reset link' },
        };
        const purpose = { purpose: 'reset', accountId: id } as const;
        tell(await makeLink(contextOf(store, settings), purpose, undefined, note));
      });
    });
}

async function find({ accounts }: Store, email: string): Promise<Account> {
  const found = await accounts.byEmail(normaliseEmail(email));
  if (found === undefined) {
    throw new CallhookError(
      'USAGE',
      `${email} has no account. \`callhook account list\` shows those that there are.`,
    );
  }
  return found.account;
}

function contextOf(store: Store, config: ConnectorConfig) {
  const publicUrl = config.public_url === '' ? originOf(config) : config.public_url;
  const clock = { ...systemClock, nowMs: () => store.nowMs() };
  return { store, clock, publicUrl, log: createLogger('warn') };
}

/** For a person at the terminal: whoever has it chooses the password. */
function tell({ link, expires }: { link: string; expires: string }): void {
  process.stdout.write(`This link works once, until ${expires}:\n    ${link}\n`);
}
