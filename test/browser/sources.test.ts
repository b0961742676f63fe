/** Phone systems in the portal: checked before they are saved, and read from then on. */
import test from 'node:test';
import { assertAccessible, needsChromium, openPage } from '../support/browser.ts';
import { startAskedAsterisk } from '../support/asked-asterisk.ts';
import { LOGIN } from '../support/installation.ts';
import { startPortal } from '../support/portal.ts';

test(
  'a phone system is checked with plain advice, saved, and shown as connected',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const asterisk = await startAskedAsterisk(t);
    const page = await openPage(t);
    await portal.logIn(page, 'operator');
    await page.getByRole('link', { name: 'Phone systems' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Add a phone system' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('branch');
    await page.getByLabel('Address').fill('127.0.0.1');
    await page.getByLabel('Port').fill(String(asterisk.port));
    await page.getByLabel('User name').fill(LOGIN.username);
    await page.getByRole('textbox', { name: 'Password' }).fill('not this one');
    await page.getByRole('button', { name: 'Check the connection' }).click();
    await page.getByRole('img', { name: 'Must change' }).waitFor();
    await assertAccessible(page);
    await page.getByRole('textbox', { name: 'Password' }).fill(LOGIN.secret);
    await page.getByRole('button', { name: 'Check the connection' }).click();
    await page.getByText('Asterisk 22.10.1').first().waitFor();
    await page.getByText('nobody’s yet').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'branch' }).waitFor();
    await page.getByText('Connected', { exact: true }).nth(1).waitFor();
    await page.getByRole('link', { name: 'branch' }).click();
    await page.getByRole('button', { name: 'Remove the phone system' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the phone system' }).click();
    await page.getByRole('link', { name: 'pbx' }).waitFor();
    await page.getByRole('link', { name: 'branch' }).waitFor({ state: 'detached' });
  },
);

test(
  'the operator’s overview says what needs a look, and the settings show no secret',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'operator');
    await page.getByText('Every webhook connector is well.').waitFor();
    await page.getByText('Nothing waits').waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page
      .getByRole('row', { name: /^api_port/ })
      .getByText('file')
      .waitFor();
    await page
      .getByRole('row', { name: /^operator_webhook_secret/ })
      .getByText('not set')
      .waitFor();
  },
);
