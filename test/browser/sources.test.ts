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
    await page.getByText('The connection was not lost since').waitFor();
    portal.pbx.play(portal.pbx.left());
    portal.pbx.drop();
    await page.getByText('The connection was lost once since').waitFor();
    await page.getByText('Asterisk closed the connection.').waitFor();
    await page.getByText('None yet').waitFor({ state: 'detached' });
    await assertAccessible(page);
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
    await page.getByRole('heading', { name: 'Installation', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Everything works' }).waitFor();
    await page.getByText('Every webhook connector is well.').waitFor();
    // Everything of the installation is at hand inside an organisation too.
    await page.goto(`${portal.url}/o/acme`);
    await page.getByRole('group', { name: 'Acme Oy' }).getByRole('link', { name: 'People' }).waitFor();
    await page.getByRole('group', { name: 'Operator' }).getByRole('link', { name: 'Settings' }).click();
    await page
      .getByRole('row', { name: /^api_port/ })
      .getByText('from the configuration file')
      .waitFor();
    await page
      .getByRole('row', { name: /^operator_webhook_secret/ })
      .getByText('not set')
      .waitFor();
  },
);
