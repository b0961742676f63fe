/** Messages in the portal: why did one not arrive, and how does it arrive after all. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { assertAccessible, needsChromium, openPage } from '../support/browser.ts';
import { startPortal, type PortalUnderTest } from '../support/portal.ts';

/** Of what the recorded call sends, so many fail for good: each is tried twice. */
const DEAD = 3;

test(
  'messages that a failing CRM did not take are found, explained, and sent again once it is mended',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const { crm } = portal;
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await giveUpAfterTwoTries(page, portal);
    crm.answers.push(...Array.from({ length: DEAD * 2 }, () => 503));
    portal.pbx.play(portal.pbx.left());
    await crm.until((received) => received.length === 2);

    await page.getByRole('link', { name: 'Messages', exact: true }).click();
    await page.getByRole('combobox', { name: 'What came of it' }).click();
    await page.getByRole('option', { name: 'Failed' }).click();
    await page.waitForURL('**/messages?outcome=dead');
    await page.reload();
    const failed = page.getByRole('row', { name: 'The server has an error · 2 tries' });
    await failed.nth(DEAD - 1).waitFor();
    assert.equal(await failed.count(), DEAD);

    await failed.last().getByRole('link').click();
    await page.getByText('It was given up: the server has an error.').waitFor();
    await page.getByText('look into its log at this time').first().waitFor();
    await page.getByRole('button', { name: 'Try 1: The server has an error (503)' }).click();
    await assertAccessible(page);
    const id = new URL(page.url()).pathname.split('/').at(-1)!;

    await page.getByRole('button', { name: 'Copy as curl' }).click();
    const command = await page.getByLabel('curl command', { exact: true }).innerText();
    await assertAccessible(page);
    await promisify(execFile)('sh', ['-c', command], {
      env: { ...process.env, CURL_CA_BUNDLE: join(portal.folder, 'crm.pem') },
    });
    const [byHand] = crm.unsigned;
    assert.equal(byHand?.headers['webhook-id'], id);
    assert.equal(JSON.parse(byHand.body).state, 'EARLY');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('crm took it when it was sent again.').waitFor();
    assert.deepEqual(
      crm.received.filter(({ messageId }) => messageId === id).map(({ body }) => body),
      [byHand.body],
    );

    await page.goBack();
    await failed.nth(1).waitFor();
    await failed.last().getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    await page.getByText('1 message is on its way again.').waitFor();
    await crm.until((received) => received.length === 4);

    await page.getByRole('button', { name: 'Send failed ones again' }).click();
    await page.getByText(`${DEAD} failed in this time.`).waitFor();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Send them again' }).click();
    await page.getByRole('dialog').getByText('1 message is on its way again.').waitFor();
    await crm.until((received) => received.length === 5);
    await page.keyboard.press('Escape');
    await page.getByText('No message matches').waitFor();
    assert.equal(new Set(crm.received.map(({ messageId }) => messageId)).size, 5);
  },
);

test(
  'whoever may only look sends nothing again, and another organisation sees nothing',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    portal.pbx.play(portal.pbx.left());
    await portal.crm.until((received) => received.length === 5);
    const operator = await openPage(t);
    await portal.logIn(operator, 'operator');
    const made = await operator.request.put(`${portal.url}/api/v1/organisations/other`, {
      headers: { 'x-callhook': '1' },
      data: { name: 'Other Oy', default_country: 'FI' },
    });
    assert.equal(made.status(), 201);

    const viewer = await openPage(t);
    await portal.logIn(viewer, 'viewer', 'acme');
    await viewer.getByRole('link', { name: 'Messages', exact: true }).click();
    await viewer.getByRole('row').nth(5).waitFor();
    assert.equal(await viewer.getByRole('checkbox').count(), 0);
    const address = await viewer.getByRole('table').getByRole('link').first().getAttribute('href');
    await viewer.getByRole('table').getByRole('link').first().click();
    await viewer.getByText('crm took it at the first try').waitFor();
    assert.equal(await viewer.getByRole('button', { name: 'Send again' }).count(), 0);

    const other = await openPage(t);
    await portal.logIn(other, 'administrator', 'other');
    await other.getByRole('link', { name: 'Messages', exact: true }).click();
    await other.getByText('Nothing was sent yet').waitFor();
    await other.goto(portal.url + address);
    await other.getByText('There is nothing here.').waitFor();
    assert.equal(await other.getByText('user.1001').count(), 0);
  },
);

async function giveUpAfterTwoTries(page: Page, { url }: PortalUnderTest): Promise<void> {
  const endpoint = `${url}/api/v1/organisations/acme/endpoints/crm`;
  const read = await page.request.get(endpoint);
  const changed = await page.request.put(endpoint, {
    headers: { 'x-callhook': '1', 'if-match': read.headers()['etag'] ?? '' },
    data: { ...(await read.json()), retry: ['10ms'] },
  });
  assert.equal(changed.status(), 200, await changed.text());
}
