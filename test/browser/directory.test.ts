/** The directory in the portal: organisations, users one by one and by CSV, function numbers, phones without a user. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, assertFits, needsChromium, openPage } from '../support/browser.ts';
import { startPortal, type PortalUnderTest } from '../support/portal.ts';

/** What the API says to whoever is logged in on the page. */
async function asked(page: Page, portal: PortalUnderTest, path: string) {
  const answer = await page.request.get(`${portal.url}/api/v1/${path}`);
  return { status: answer.status(), body: await answer.json() };
}

const dialogOf = (page: Page) => page.getByRole('dialog');

test(
  'an operator makes an organisation with an id of its name, changes it, and removes it',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t, { locale: 'fi-FI' });
    await page.addInitScript("localStorage.setItem('callhook-language', 'en')");
    await portal.logIn(page, 'operator');
    await page.getByRole('link', { name: 'Organisations', exact: true }).click();
    await page.getByRole('button', { name: 'Add an organisation' }).click();
    const dialog = dialogOf(page);
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Hämeen Kello Oy');
    assert.equal(await dialog.getByRole('textbox', { name: 'Short name' }).inputValue(), 'hameen-kello-oy');
    await dialog.getByRole('textbox', { name: 'Short name' }).fill('hameen kello');
    await dialog.getByRole('button', { name: 'Add an organisation' }).click();
    await dialog.getByText('Small letters a to z').waitFor();
    await assertAccessible(page);
    await dialog.getByRole('textbox', { name: 'Short name' }).fill('kello');
    await dialog.getByRole('button', { name: 'Add an organisation' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual((await asked(page, portal, 'organisations/kello')).body, {
      id: 'kello',
      name: 'Hämeen Kello Oy',
      default_country: 'FI',
      allowed_devices: [],
    });
    await page.getByRole('searchbox').fill('hämeen');
    await page.getByRole('link', { name: 'Acme Oy' }).waitFor({ state: 'detached' });
    assert.match(page.url(), /\?q=/);
    const row = page.getByRole('row', { name: 'Hämeen Kello Oy' });
    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Hämeen Kello Ab');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Hämeen Kello Ab' }).click();
    await page.waitForURL('**/o/kello');
    await page.goBack();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove the organisation' }).click();
    await page.getByText('No organisation has').waitFor();
    assert.equal((await asked(page, portal, 'organisations/kello')).status, 404);
  },
);

test(
  'a user is added with a phone; what is wrong stands at its field, and who has a number is told',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = dialogOf(page);
    const save = dialog.getByRole('button', { name: 'Add a user' });
    await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('kaisa@acme.example');
    await dialog.getByRole('textbox', { name: 'Public numbers' }).fill('09 4272 7777, 12');
    await dialog.getByRole('textbox', { name: 'Extensions' }).fill('1001');
    await dialog.getByRole('button', { name: 'Add a phone' }).click();
    await dialog.getByRole('textbox', { name: 'Name in the phone system' }).fill('PJSIP/7777');
    assert.equal(await dialog.getByRole('combobox', { name: 'Phone system' }).inputValue(), 'pbx');
    await dialog.getByRole('combobox', { name: 'Kind of phone' }).click();
    await page.getByRole('option', { name: 'Cordless phone' }).click();
    await save.click();
    await dialog.getByText('12 cannot be read as a public telephone number').first().waitFor();
    await assertAccessible(page);
    await dialog.getByRole('textbox', { name: 'Public numbers' }).fill('09 4272 7777');
    await save.click();
    await dialog.getByText('A number belongs to user user.1001@acme.example').waitFor();
    await dialog.getByRole('textbox', { name: 'Extensions' }).fill('7777');
    await save.click();
    await dialog.waitFor({ state: 'hidden' });
    const kaisa = 'organisations/acme/users/kaisa%40acme.example';
    assert.deepEqual((await asked(page, portal, kaisa)).body, {
      user_id: 'kaisa@acme.example',
      email: 'kaisa@acme.example',
      numbers: ['+358942727777'],
      extensions: ['7777'],
      devices: [{ source: 'pbx', address: 'PJSIP/7777', type: 'MOBILE_EXT' }],
    });
    await page.getByRole('searchbox').fill('7777');
    await page.getByRole('row', { name: 'user.1001' }).waitFor({ state: 'detached' });
    await page.reload();
    const row = page.getByRole('row', { name: 'kaisa' });
    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByRole('button', { name: 'Remove this phone' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual((await asked(page, portal, kaisa)).body.devices, []);
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove the user' }).click();
    await page.getByText('No user has').waitFor();
  },
);

test(
  'what two people change at once is not lost: the second one is told, and reads it again',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.goto(`${portal.url}/o/acme/users?q=1001`);
    const dialog = dialogOf(page);
    await page.getByRole('button', { name: 'Change' }).click();
    await dialog.getByRole('textbox', { name: 'Extensions' }).fill('1001, 7001');
    const path = `${portal.url}/api/v1/organisations/acme/users/user.1001%40acme.example`;
    await page.request.put(path, {
      data: { email: 'other@acme.example' },
      headers: { 'if-match': '*', 'x-callhook': '1' },
    });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Somebody has changed it meanwhile').waitFor();
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.locator('input[value="other@acme.example"]').waitFor();
    assert.equal(await dialog.getByRole('textbox', { name: 'Extensions' }).inputValue(), '');
  },
);

test(
  'a CSV file is looked at before it is imported, all or nothing, and downloaded again as it was',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.goto(`${portal.url}/o/acme/users`);
    await page.getByRole('link', { name: 'Import CSV', exact: true }).click();
    const choose = (text: string) =>
      page.locator('input[type=file]').setInputFiles({
        name: 'users.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(text, 'latin1'),
      });
    await page.getByRole('button', { name: 'Choose a CSV file' }).waitFor();
    await choose('Sähköposti;Alanumero;Väri\npäivi@acme.example;1002;\nkaisa@acme.example;7001\nolli;7001\n');
    await page.getByRole('cell', { name: 'is no e-mail address' }).waitFor();
    await page.getByRole('row', { name: '4 Sähköposti' }).waitFor();
    await page.getByText('Väri', { exact: true }).waitFor();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Take another file' }).click();
    await choose(
      'Sähköposti;Alanumero\npäivi@acme.example;1002\nkaisa@acme.example;7001\no@x.example;7001\n',
    );
    await page.getByText('belongs to another user already, in line 3').waitFor();
    await page.getByRole('button', { name: 'Take another file' }).click();
    await choose('Sähköposti;Alanumero\npäivi@acme.example;7002\nuser.1001@acme.example;1009\n');
    await page.getByText('New: 1. Changed: 1. As they are: 0.').waitFor();
    await page
      .getByRole('row', { name: 'user.1001@acme.example' })
      .getByText('1001', { exact: true })
      .waitFor();
    await page.mouse.move(0, 0);
    await assertAccessible(page);
    assert.equal((await asked(page, portal, 'organisations/acme/users')).body.items.length, 3);
    await page.getByRole('button', { name: 'Import all of it' }).click();
    await page.waitForURL('**/users');
    await page.getByRole('row', { name: 'päivi@acme.example' }).waitFor();
    const { items } = (await asked(page, portal, 'organisations/acme/users')).body;
    const [first] = items.filter((one: { user_id: string }) => one.user_id.startsWith('user.1001'));
    assert.deepEqual([first.extensions, first.devices.length], [['1009'], 1], 'what has no column stays');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    const file = await readFile(await (await downloading).path());
    await page.getByRole('link', { name: 'Import CSV', exact: true }).click();
    await page.getByRole('textbox', { name: 'Or paste rows' }).fill(file.toString());
    await page.getByRole('button', { name: 'See what would change' }).click();
    await page.getByText('all 4 users are as in the file already').waitFor();
  },
);

test(
  'function numbers are added, changed and removed; a viewer sees them and changes nothing',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.getByRole('link', { name: 'Function numbers', exact: true }).click();
    await page.getByRole('button', { name: 'Add a function number' }).click();
    const dialog = dialogOf(page);
    await dialog.getByRole('textbox', { name: 'Number' }).fill('1001');
    await dialog.getByRole('button', { name: 'Add a function number' }).click();
    await dialog.getByText('A number belongs to user user.1001@acme.example').waitFor();
    await assertAccessible(page);
    await dialog.getByRole('textbox', { name: 'Number' }).fill('09 42720');
    await dialog.getByRole('button', { name: 'Add a function number' }).click();
    await page.getByRole('cell', { name: '+358942720' }).waitFor();
    await page.getByRole('button', { name: 'Change' }).click();
    await dialog.getByRole('combobox', { name: 'What answers there' }).click();
    await page.getByRole('option', { name: 'Voicemail' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: 'Voicemail' }).waitFor();
    const viewer = await openPage(t, { viewport: { width: 360, height: 740 } });
    await portal.logIn(viewer, 'viewer', 'acme');
    await viewer.goto(`${portal.url}/o/acme/function-numbers`);
    await viewer.getByRole('cell', { name: 'Voicemail' }).waitFor();
    assert.equal(await viewer.getByRole('main').getByRole('button').count(), 0);
    await viewer.goto(`${portal.url}/o/acme/users`);
    await viewer.getByRole('row', { name: 'user.1001' }).waitFor();
    await assertAccessible(viewer);
    await assertFits(viewer);
    assert.deepEqual(await viewer.getByRole('main').getByRole('button').allInnerTexts(), ['Download as CSV']);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove the function number' }).click();
    await page.getByText('There is no function number yet').waitFor();
  },
);

test(
  'a phone that nobody has becomes a user’s; the operator says which ones an organisation may add, and it sees no others',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const operator = await openPage(t);
    await portal.logIn(operator, 'operator');
    await operator.goto(`${portal.url}/operator/organisations`);
    const setting = dialogOf(operator);
    await operator.getByRole('row', { name: 'Acme Oy' }).getByRole('button', { name: 'Change' }).click();
    assert.ok(await setting.getByRole('radio', { name: 'Any phone' }).isChecked());
    await setting.getByRole('radio', { name: 'Only these' }).check();
    await setting.getByRole('button', { name: 'Save' }).click();
    await setting.getByText('Name one phone at least').waitFor();
    await assertAccessible(operator);
    await setting.getByRole('combobox', { name: 'Phones on pbx' }).fill('PJSIP/10*');
    await setting.getByRole('button', { name: 'Save' }).click();
    await setting.waitFor({ state: 'hidden' });
    assert.deepEqual((await asked(operator, portal, 'organisations/acme')).body.allowed_devices, [
      { source: 'pbx', devices: ['PJSIP/10*'] },
    ]);

    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    for (const extension of ['1001', '1002', '1003']) {
      const path = `${portal.url}/api/v1/organisations/acme/users/user.${extension}%40acme.example`;
      await page.request.delete(path, { headers: { 'x-callhook': '1' } });
    }
    await page.goto(`${portal.url}/o/acme/users`);
    await page.getByText('There is no user yet').waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: 'Phones without a user', exact: true }).click();
    await page.getByText('Every phone of the organisation has a user').waitFor();
    portal.pbx.play(portal.pbx.left());
    const row = page.getByRole('row', { name: 'PJSIP/1001' });
    await row.waitFor({ timeout: 30_000 });
    await operator.goto(`${portal.url}/o/acme/users/unknown-phones`);
    await operator.getByRole('row', { name: 'PJSIP/1001' }).waitFor();
    assert.equal(await operator.getByRole('row', { name: 'trunk' }).count(), 0);
    await operator.getByText('All phones').click();
    await operator.getByRole('row', { name: 'trunk' }).waitFor();
    assert.equal(await page.getByRole('row', { name: 'trunk' }).count(), 0);

    await row.getByRole('button', { name: 'Make a user of it' }).click();
    const dialog = dialogOf(page);
    await dialog.getByText('PJSIP/10*').waitFor();
    assert.equal(await dialog.getByRole('textbox', { name: 'Extensions' }).inputValue(), '1001');
    await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('aino@acme.example');
    const address = dialog.getByRole('textbox', { name: 'Name in the phone system' });
    await address.fill('PJSIP/trunk');
    await dialog.getByRole('button', { name: 'Add a user' }).click();
    await dialog.getByText('Your operator has not allowed').first().waitFor();
    await assertAccessible(page);
    await address.fill('PJSIP/1001');
    await dialog.getByRole('button', { name: 'Add a user' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const { items } = (await asked(page, portal, 'organisations/acme/users')).body;
    assert.deepEqual(items[0].devices, [{ source: 'pbx', address: 'PJSIP/1001' }]);
  },
);
