/** People in the portal: invited, given a role, logged out; and what the audit log says of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, needsChromium, openPage } from '../support/browser.ts';
import { PORTAL_PASSWORD, startPortal } from '../support/portal.ts';

test(
  'somebody who is invited joins by the link, may do what the role allows, and the audit log tells it',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await page.getByRole('textbox', { name: 'E-mail address' }).fill('maija@acme.example');
    await page.getByRole('button', { name: 'Make the invitation' }).click();
    await page.getByText('No mail was sent.').waitFor();
    const link = await page.getByLabel('The link', { exact: true }).innerText();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: 'maija@acme.example Viewer' }).waitFor();

    const maija = await openPage(t);
    const { pathname, hash } = new URL(link);
    await maija.goto(`${portal.url}${pathname}${hash}`);
    await maija.getByLabel('Your name').fill('Maija');
    await maija.getByRole('textbox', { name: 'Password' }).fill(PORTAL_PASSWORD);
    await maija.getByRole('button', { name: 'Join' }).click();
    await maija.getByRole('link', { name: 'Messages', exact: true }).waitFor();
    assert.equal(await maija.getByRole('link', { name: 'People', exact: true }).count(), 0);
    const users = `${portal.url}/api/v1/organisations/acme/users/maija`;
    const put = () => maija.request.put(users, { headers: { 'x-callhook': '1' }, data: {} });
    assert.equal((await put()).status(), 403);

    await page.reload();
    await page.getByText('Nobody is invited at the moment.').waitFor();
    await page.getByRole('button', { name: 'Actions for Maija' }).click();
    await page.getByRole('menuitem', { name: 'Change' }).click();
    await page.getByRole('combobox', { name: 'Role' }).waitFor();
    await assertAccessible(page);
    await page.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Administrator' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: 'Maija maija@acme.example Administrator' }).waitFor();

    await maija.reload();
    await logIn(maija, 'maija@acme.example');
    await maija.getByRole('link', { name: 'People', exact: true }).waitFor();
    assert.equal((await put()).status(), 201);

    await page.getByRole('link', { name: 'Audit log', exact: true }).click();
    await page.getByText('Person Maija changed').waitFor();
    await page.getByText('Role: before: viewer → administrator').waitFor();
    await page.getByText('Invitation maija@acme.example made').waitFor();
    await page.getByRole('combobox', { name: 'Who' }).click();
    await page.getByRole('option', { name: 'Maija' }).click();
    await page.getByText('User maija made').waitFor();
    assert.equal(await page.getByText('Person Maija changed').count(), 0);
    await assertAccessible(page);
    const downloaded = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const lines = readFileSync(await (await downloaded).path(), 'utf8')
      .trim()
      .split('\n');
    const entries = lines.map((line) => JSON.parse(line) as { actor: { name: string }; thing: string });
    assert.ok(entries.some(({ thing }) => thing === 'user'));
    assert.deepEqual([...new Set(entries.map(({ actor }) => actor.name))], ['maija@acme.example']);
  },
);

test(
  'one sees where one is logged in, logs out the others, and somebody who is disabled is out at once',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const [page, elsewhere] = [await openPage(t), await openPage(t)];
    const email = await portal.logIn(page, 'viewer', 'acme');
    await elsewhere.goto(`${portal.url}/me`);
    await logIn(elsewhere, email);
    await elsewhere.getByRole('heading', { name: 'Your account' }).waitFor();

    await page.goto(`${portal.url}/me`);
    await page.getByRole('row', { name: 'this one' }).waitFor();
    await page.getByRole('button', { name: 'Log out all others' }).click();
    await page.getByText('1 session has ended.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Log out all others' }).count(), 0);
    await elsewhere.reload();
    await elsewhere.getByRole('heading', { name: 'Log in' }).waitFor();

    await page.getByLabel('Password until now').fill('not this one at all');
    await page.getByLabel('New password').fill('another three blind mice');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('alert').waitFor();
    await assertAccessible(page);
    await page.getByLabel('Password until now').fill(PORTAL_PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Your password is changed.').waitFor();
    await logIn(elsewhere, email, 'another three blind mice');
    await elsewhere.getByRole('heading', { name: 'Your account' }).waitFor();

    const administrator = await openPage(t);
    await portal.logIn(administrator, 'administrator', 'acme');
    await administrator.getByRole('link', { name: 'People', exact: true }).click();
    await administrator.getByRole('button', { name: 'Actions for The viewer' }).click();
    await administrator.getByRole('menuitem', { name: 'Change' }).click();
    await administrator.getByRole('switch', { name: 'May log in' }).click();
    await administrator.getByRole('button', { name: 'Save' }).click();
    await administrator.getByText('disabled').waitFor();
    await assertAccessible(administrator);
    await page.reload();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  },
);

async function logIn(page: Page, email: string, password = PORTAL_PASSWORD): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}
