/** Every page of the portal, in both themes, both languages, on a wide and on a narrow screen. */
import test from 'node:test';
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

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };
const LOOKS = [
  { name: 'light', locale: 'en-GB', colorScheme: 'light', viewport: WIDE },
  { name: 'dark', locale: 'en-GB', colorScheme: 'dark', viewport: WIDE },
  { name: 'light-fi-narrow', locale: 'fi-FI', colorScheme: 'light', viewport: NARROW },
  { name: 'dark-fi-narrow', locale: 'fi-FI', colorScheme: 'dark', viewport: NARROW },
] as const;

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
    for (const { name: look, ...options } of LOOKS) {
      await t.test(look, { timeout: 240_000 }, async (inner) => {
        const page = await openPage(inner, { ...options, storageState });
        for (const [name, path] of Object.entries(PAGES)) {
          await page.goto(
            portal.url + path.replace('{call}', message.call_id).replace('{message}', messageId),
          );
          await settled(page);
          await assertAccessible(page);
          await assertFits(page);
          await screenshot(page, `${name}-${look}`);
        }
      });
    }
  },
);
