/** The webhook connector: receivers made, tried, paused and changed in the portal, as the CRM feels it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { assertAccessible, assertFits, needsChromium, openPage } from '../support/browser.ts';
import { serveHttps } from '../support/https-server.ts';
import { startPortal } from '../support/portal.ts';
import { certificateFor } from '../support/receiver.ts';

test(
  'a receiver made in the portal is tried, told what is wrong, mended, and gets a test event with a right signature',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    // Another name than the CRM's: authorities are found by name.
    const certificate = await certificateFor('new-crm.example');
    const received: { headers: Record<string, string>; body: string }[] = [];
    const origin = await serveHttps(t, certificate, (request, response) => {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        received.push({ headers: request.headers as Record<string, string>, body });
        response.writeHead(200).end('thank you');
      });
    });
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: 'Webhook connector' })
      .click();
    await page.getByText('Ready, nothing sent yet').waitFor();
    await page.getByRole('link', { name: 'Add a receiver' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill('http://crm.example');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('textbox', { name: 'Address' }).and(page.locator('[aria-invalid=true]')).waitFor();
    await assertAccessible(page);
    await page.getByRole('textbox', { name: 'Address' }).fill(`${origin}/new`);
    await page.getByRole('button', { name: 'Add' }).click();
    const secret = await page.getByLabel('Signing secret', { exact: true }).innerText();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('The server’s certificate is not good').waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: 'To the receiver’s page' }).click();
    await page.getByRole('tab', { name: 'Authentication' }).click();
    await page.getByRole('button', { name: 'Set up Certificates' }).click();
    await page.getByLabel('Authority of the receiver').fill(certificate.cert);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('own authority').waitFor();
    await page.getByRole('button', { name: 'Set up Authentication' }).click();
    await page.getByRole('textbox', { name: 'User name' }).fill('callhook');
    await page.getByRole('textbox', { name: 'Password' }).fill('hunter2');
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('User name and password (Basic): callhook').waitFor();
    await page.getByRole('tab', { name: 'Overview' }).click();
    assert.equal(received.length, 0);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('It works: the receiver has taken the message').waitFor();
    await page.getByText('thank you').waitFor();
    const [{ headers, body }] = received as [(typeof received)[0]];
    assert.equal(headers['callhook-test'], 'true');
    assert.equal(headers['authorization'], `Basic ${btoa('callhook:hunter2')}`);
    const message = new Webhook(secret).verify(body, headers) as { state: string };
    assert.equal(message.state, 'EARLY');
    await page.getByRole('button', { name: 'Remove the receiver' }).click();
    await page.getByText('Nothing is sent to “127.0.0.1” any more').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the receiver' }).click();
    await page.getByText('“127.0.0.1” was removed.').waitFor();
    await page.getByRole('link', { name: 'crm', exact: true }).waitFor();
    assert.equal(await page.getByRole('link', { name: '127.0.0.1' }).count(), 0);
  },
);

test(
  'what happens while a receiver is switched off goes out when it is on again',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.goto(`${portal.url}/o/acme/endpoints/crm`);
    // Nothing grows too old in this test.
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByRole('textbox', { name: 'rings' }).fill('1h');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('switch', { name: 'Send messages' }).click();
    await page.getByText('It was switched off.').waitFor();
    portal.pbx.play(portal.pbx.left());
    await page
      .getByText(/\d messages wait\./)
      .first()
      .waitFor();
    await assertAccessible(page);
    assert.equal(portal.crm.requests(), 0);
    await page.getByRole('switch', { name: 'Send messages' }).click();
    await portal.crm.until((all) => all.some(({ message }) => message.state === 'TERMINATED'));
    await page
      .getByText(/^(Works|Catching up)$/)
      .first()
      .waitFor();
    const numbers = portal.crm.received.map(({ message }) => message.seq_num);
    assert.deepEqual(
      numbers,
      [...numbers].toSorted((a, b) => a - b),
    );
  },
);

test('a CRM that fails is seen in words, and figures as a table', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await portal.logIn(page, 'administrator', 'acme');
  portal.crm.answers = Array.from({ length: 100 }, () => 503);
  portal.pbx.play(portal.pbx.left());
  await page.goto(`${portal.url}/o/acme/endpoints`);
  await page.getByText('The server has an error').waitFor();
  await page.getByText('Ask whoever looks after the CRM').waitFor();
  await assertAccessible(page);
  await page.getByRole('link', { name: 'crm', exact: true }).click();
  await page.getByRole('button', { name: 'Show as a table' }).click();
  await page.getByRole('table').waitFor();
  await assertAccessible(page);
  await assertFits(page);
});

test('a new secret is shown once, and signs beside the one before it', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t);
  await portal.logIn(page, 'administrator', 'acme');
  await page.goto(`${portal.url}/o/acme/endpoints/crm?tab=signature`);
  await page.getByRole('tab', { name: 'Python' }).click();
  await page.getByText('def is_genuine').waitFor();
  await page.getByRole('button', { name: 'Make a new secret' }).click();
  await page.getByRole('button', { name: 'Make it' }).click();
  const secret = await page.getByLabel('Signing secret', { exact: true }).innerText();
  await page.getByText('The secret before it signs too until').waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.getByText(secret).count(), 0);
  portal.pbx.play(portal.pbx.left());
  // The CRM still knows the former secret only.
  await portal.crm.until((all) => all.length > 0);
  const [{ body, headers }] = portal.crm.received as [(typeof portal.crm.received)[0]];
  new Webhook(secret).verify(body, headers as Record<string, string>);
});

test('who may only look sees receivers and has nothing to change them with', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t);
  await portal.logIn(page, 'viewer', 'acme');
  await page.goto(`${portal.url}/o/acme/endpoints`);
  await page.getByRole('link', { name: 'crm', exact: true }).click();
  await page.getByRole('heading', { name: 'Success and speed' }).waitFor();
  for (const tab of ['Overview', 'Settings', 'Authentication', 'Signature']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tabpanel', { name: tab }).waitFor();
    await assertAccessible(page);
    for (const name of ['Save', 'Send', 'Remove', 'Set up', 'Make a new secret', 'Change']) {
      assert.equal(await buttonsOf(page, name), 0, `${tab}: ${name}`);
    }
  }
});

function buttonsOf(page: Page, name: string): Promise<number> {
  return page.getByRole('main').getByRole('button', { name }).count();
}
