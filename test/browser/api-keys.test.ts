/** API keys: made in the portal, used by a program, taken back. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible, needsChromium, openPage } from '../support/browser.ts';
import { startPortal } from '../support/portal.ts';

test(
  'a key that is made is shown once, lets a program in, and lets it in no more when it is removed',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Provisioning');
    await page.getByRole('button', { name: 'Make a key' }).last().click();
    const key = await page.getByLabel('The key', { exact: true }).innerText();
    await assertAccessible(page);
    const ask = (path: string) =>
      fetch(`${portal.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal((await ask('organisations/acme/users')).status, 200);
    assert.equal((await ask('organisations')).status, 403);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    assert.equal(await page.getByText(key).count(), 0);
    await page.getByRole('row', { name: 'Provisioning' }).getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Whatever uses “Provisioning” is refused').waitFor();
    await page.getByRole('button', { name: 'Remove the key' }).click();
    await page.getByText('There is no key yet').waitFor();
    assert.equal((await ask('organisations/acme/users')).status, 401);
  },
);
