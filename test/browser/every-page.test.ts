/** Every page of the portal, in both themes, both languages, on a wide and on a narrow screen. */
import test from 'node:test';
import type { Page } from 'playwright-core';
import {
  assertAccessible,
  assertFits,
  needsChromium,
  openPage,
  screenshot,
  settled,
} from '../support/browser.ts';
import { startPortal } from '../support/portal.ts';

/** By the name of its screenshot; `{call}` is the call that was played, `{message}` one about it. */
const PAGES: Record<string, string> = {
  installation: '/operator',
  organisations: '/operator/organisations',
  sources: '/operator/sources',
  'new-source': '/operator/new-source',
  source: '/operator/sources/pbx',
  'operator-accounts': '/operator/accounts',
  'operator-api-keys': '/operator/api-keys',
  'operator-audit': '/operator/audit',
  settings: '/operator/settings',
  welcome: '/welcome',
  me: '/me',
  overview: '/o/acme',
  calls: '/o/acme/calls',
  call: '/o/acme/calls/{call}',
  'not-reported': '/o/acme/calls/not-reported',
  messages: '/o/acme/messages',
  message: '/o/acme/messages/{message}',
  endpoints: '/o/acme/endpoints',
  'endpoint-new': '/o/acme/endpoints/-/new',
  endpoint: '/o/acme/endpoints/crm',
  'endpoint-settings': '/o/acme/endpoints/crm?tab=messages',
  'endpoint-access': '/o/acme/endpoints/crm?tab=access',
  'endpoint-signature': '/o/acme/endpoints/crm?tab=signature',
  privacy: '/o/acme/privacy',
  users: '/o/acme/users',
  'users-import': '/o/acme/users/import',
  'unknown-phones': '/o/acme/users/unknown-phones',
  'function-numbers': '/o/acme/function-numbers',
  accounts: '/o/acme/accounts',
  'api-keys': '/o/acme/api-keys',
  audit: '/o/acme/audit',
  'not-found': '/o/acme/nothing-here',
};

/** Each page is loaded once in a language and a size, and then shown in both themes. */
const READERS = [
  { name: '', locale: 'en-GB', viewport: { width: 1280, height: 800 } },
  { name: '-fi-narrow', locale: 'fi-FI', viewport: { width: 360, height: 740 } },
] as const;
const THEMES = ['light', 'dark'] as const;

async function show(page: Page, colorScheme: (typeof THEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
}

test(
  'every page is accessible and fits its window, in each theme, language and size',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    portal.pbx.play(portal.pbx.left());
    const first = await openPage(t);
    await portal.logIn(first, 'operator');
    await portal.crm.until(({ length }) => length > 0);
    const { message, messageId } = portal.crm.received[0]!;
    const storageState = await first.context().storageState();
    for (const { name: reader, ...options } of READERS) {
      await t.test(`light and dark${reader}`, { timeout: 240_000 }, async (inner) => {
        const page = await openPage(inner, { ...options, colorScheme: 'light', storageState });
        for (const [name, path] of Object.entries(PAGES)) {
          await page.goto(
            portal.url + path.replace('{call}', message.call_id).replace('{message}', messageId),
          );
          await settled(page);
          await assertFits(page);
          for (const theme of THEMES) {
            await show(page, theme);
            await assertAccessible(page);
          }
          // Afterwards: a picture of the whole page resizes the window for a moment.
          for (const theme of THEMES.toReversed()) {
            await show(page, theme);
            await screenshot(page, `${name}-${theme}${reader}`);
          }
        }
      });
    }
  },
);
