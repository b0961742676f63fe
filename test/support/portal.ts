/** The portal as people meet it: a real `callhook serve` with a phone system and a CRM, seen in a real browser. */
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { run, start, type Owner, type Running } from './callhook-process.ts';
import { install, type Installation } from './installation.ts';

export const PORTAL_PASSWORD = 'three blind mice run';

export interface PortalUnderTest extends Installation {
  url: string;
  running: Running;
  /** Makes an account by a one-time link and logs in with it. */
  logIn(page: Page, role: NewAccount['role'], organisation?: string): Promise<string>;
}

export const RECORDING = 'asterisk/07-two-devices-one-answers/ami.raw';

export async function startPortal(
  t: TestContext,
  recording = RECORDING,
  more = '',
): Promise<PortalUnderTest> {
  const installation = await install(t, recording, more);
  const { folder, pbx } = installation;
  const listened = pbx.listened();
  const running = start(t, folder, ['serve']);
  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };
  await listened;
  let accounts = 0;
  return {
    ...installation,
    url: api,
    running,
    async logIn(page, role, organisation) {
      accounts += 1;
      const email = `${role}${accounts}@example.org`;
      await join(t, page, { folder, url: api, email, role, organisation });
      return email;
    },
  };
}

/** Makes an account by a one-time link, and logs in with it. */
export async function join(
  t: Owner,
  page: Page,
  { folder, url, email, role, organisation, env }: NewAccount,
): Promise<void> {
  const of = organisation === undefined ? [] : ['--organisation', organisation];
  const made = await run(t, folder, ['account', 'create', email, '--role', role, ...of], env);
  const link = /https?:\S+#chlnk_\S+/.exec(made.out)?.[0];
  if (link === undefined) throw new Error(`no link: ${made.out}${made.err}`);
  const { pathname, hash } = new URL(link);
  await page.goto(`${url}${pathname}${hash}`);
  await page.getByLabel('Your name').fill(`The ${role}`);
  await page.getByRole('textbox', { name: 'Password' }).fill(PORTAL_PASSWORD);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

export interface NewAccount {
  folder: string;
  url: string;
  email: string;
  role: 'operator' | 'administrator' | 'viewer';
  organisation?: string | undefined;
  env?: Record<string, string>;
}
