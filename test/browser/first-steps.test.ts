/** From the link of the first start, in an empty folder, to a first call at the CRM. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startAskedAsterisk } from '../support/asked-asterisk.ts';
import { assertAccessible, needsChromium, openPage } from '../support/browser.ts';
import { makeFolder, start, write } from '../support/callhook-process.ts';
import { configToml, LOGIN } from '../support/installation.ts';
import { recordedEvents } from '../support/live-pbx.ts';
import { PORTAL_PASSWORD } from '../support/portal.ts';
import { startCrm } from '../support/receiver.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

const CALL = `${TRANSCRIPTS}asterisk/01-in-answered-caller-hangs-up/ami.raw`;

test(
  'the first steps lead from the printed link to a call that the CRM is told of',
  { ...needsChromium(), timeout: 60_000 },
  async (t) => {
    const pbx = await startAskedAsterisk(t, { rights: ['call', 'reporting'] });
    const crm = await startCrm();
    t.after(() => crm.close());
    const folder = makeFolder(t);
    write(folder, 'crm.pem', crm.certificate);
    write(folder, 'callhook.toml', configToml('crm.pem'));
    const link = await start(t, folder, ['serve']).printed(/http:\S+#chlnk_\S+/);

    const page = await openPage(t, { locale: 'fi-FI' });
    await page.addInitScript("localStorage.setItem('callhook-language', 'en')");
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const fill = (name: string, text: string) => page.getByRole('textbox', { name, exact: true }).fill(text);
    const step = (title: string) => page.getByRole('heading', { name: title, level: 2 }).waitFor();

    await page.goto(link);
    await fill('Your name', 'Opera Tor');
    await fill('E-mail address', 'op@example.org');
    await fill('Password', PORTAL_PASSWORD);
    await press('Make the account');

    await step('Connect your phone system');
    await fill('Address', '127.0.0.1');
    await fill('Port', String(pbx.port));
    await fill('User name', LOGIN.username);
    await fill('Password', LOGIN.secret);
    await press('Check the connection');
    await page.getByText('Asterisk 22.10.1').first().waitFor();
    await assertAccessible(page);
    await press('Save');

    await step('Name the organisation');
    await fill('Name', 'Acme Oy');
    await press('Add an organisation');

    await step('Say who has which phone');
    await page.reload();
    await step('Say who has which phone');
    await press('Ask the phone system');
    await fill('E-mail address of 1001', 'matti@acme.example');
    await assertAccessible(page);
    await page.getByRole('button', { name: /^Make \d+ users?$/ }).click();

    await step('Say where your CRM waits');
    await fill('Address of the CRM', 'http://127.0.0.1/');
    await press('Save');
    await page.getByRole('alert').waitFor();
    await fill('Address of the CRM', crm.url);
    await press('Save');
    crm.trust(await page.getByLabel('Secret', { exact: true }).innerText());
    await press('I have copied it');

    await step('Send a test');
    await press('Send the test');
    await page.getByText('It has arrived').waitFor();
    await assertAccessible(page);
    await press('Go on');
    await step('Ready');

    await page.getByRole('link', { name: 'See the calls' }).click();
    await page.waitForURL('**/o/acme-oy/calls');
    await page.goto(`${new URL(link).origin}/operator/sources`);
    await page.getByText('Connected', { exact: true }).waitFor();
    const events = recordedEvents(CALL).map((event) => `${event}\r\n\r\n`);
    for (const session of pbx.sessions) session.send(events.join(''));
    await crm.until((received) => received.some(({ message }) => message.state === 'TERMINATED'));
    assert.deepEqual(
      crm.received.slice(1).map(({ message }) => [message.state, message.local_email]),
      ['EARLY', 'CONFIRMED', 'TERMINATED'].map((state) => [state, 'matti@acme.example']),
    );
  },
);

test(
  'a step that is left for later is not asked for again, but can be gone back to',
  needsChromium(),
  async (t) => {
    const folder = makeFolder(t);
    write(folder, 'callhook.toml', 'api_port = 0\n');
    const link = await start(t, folder, ['serve']).printed(/http:\S+#chlnk_\S+/);
    const page = await openPage(t);
    await page.goto(link);
    await page.getByLabel('Your name').fill('Opera Tor');
    await page.getByLabel('E-mail address').fill('op@example.org');
    await page.getByRole('textbox', { name: 'Password' }).fill(PORTAL_PASSWORD);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('button', { name: 'Leave it for later' }).click();
    await page.getByRole('heading', { name: 'Name the organisation' }).waitFor();
    await page.goto(`${new URL(link).origin}/welcome`);
    await page.getByRole('heading', { name: 'Name the organisation' }).waitFor();
    await page.getByRole('button', { name: '1 Phone system' }).click();
    await page.getByRole('heading', { name: 'Connect your phone system' }).waitFor();
    await page.getByText('callhook serve --demo').waitFor();
  },
);
