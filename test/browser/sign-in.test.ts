/** Getting in and out of the portal. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible, needsChromium, openPage } from '../support/browser.ts';
import { makeFolder, start, write } from '../support/callhook-process.ts';
import { PORTAL_PASSWORD, startPortal } from '../support/portal.ts';

test(
  'the link of the first start leads to the operator’s account, and out of the browser’s history',
  needsChromium(),
  async (t) => {
    const folder = makeFolder(t);
    write(folder, 'callhook.toml', 'api_port = 0\n');
    const running = start(t, folder, ['serve']);
    const link = await running.printed(/http:\S+#chlnk_\S+/);
    const page = await openPage(t);
    await page.goto(link);
    await page.getByLabel('Your name').fill('Opera Tor');
    assert.ok(!page.url().includes('chlnk_'));
    await page.getByLabel('E-mail address').fill('op@example.org');
    await page.getByRole('textbox', { name: 'Password' }).fill('short');
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByText('must have at least 10 characters').first().waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill(PORTAL_PASSWORD);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.waitForURL('**/welcome');
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  },
);

test('whoever logs in comes back to the page that was asked for', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t);
  const email = await portal.logIn(page, 'administrator', 'acme');
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.goto(`${portal.url}/o/acme/users`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not this one at all');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('E-mail address or password is not right').first().waitFor();
  await assertAccessible(page);
  await page.getByRole('textbox', { name: 'Password' }).fill(PORTAL_PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL('**/o/acme/users');
});

test('a login never leads to another site', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t);
  const email = await portal.logIn(page, 'viewer', 'acme');
  await page.context().clearCookies();
  for (const to of ['//evil.example/', '/\\evil.example', 'https://evil.example/']) {
    await page.goto(`${portal.url}/login?to=${encodeURIComponent(to)}`);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PORTAL_PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL('**/o/acme');
    await page.context().clearCookies();
  }
});
