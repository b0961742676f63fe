/** Calls in the portal: seen as they happen, and explained. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible, assertFits, needsChromium, openPage } from '../support/browser.ts';
import { recordedEvents } from '../support/live-pbx.ts';
import { startPortal, type PortalUnderTest } from '../support/portal.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

const ONE_PHONE = 'asterisk/01-in-answered-caller-hangs-up/ami.raw';
const BURST = 'asterisk/20-burst-20cps-20s/ami.raw.gz';
const NARROW = { width: 360, height: 740 };
const FINNISH =
  /Käyttäjän user\.1001@acme\.example puhelin soi klo .*puheluun vastattiin klo .*puhelu päättyi klo/;

/** The recorded call, until the phone rings. */
function playUntilItRings({ pbx }: PortalUnderTest): void {
  const events = recordedEvents(TRANSCRIPTS + ONE_PHONE);
  pbx.play(events.findIndex((event) => event.includes('ChannelStateDesc: Ringing')) + 1);
}

/** All of it. @returns the call's id */
async function playWhole({ pbx, crm }: PortalUnderTest): Promise<string> {
  pbx.play(pbx.left());
  await crm.until(({ length }) => length === 3);
  return crm.received[0]!.message.call_id;
}

test(
  'a call appears while the page is open, ends, and its page says what happened, in two languages',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t, ONE_PHONE);
    const page = await openPage(t);
    await portal.logIn(page, 'viewer', 'acme');
    await page.getByText('Ready for the first call').waitFor();
    await page.getByRole('link', { name: 'Calls', exact: true }).click();
    await page.getByText('No call yet').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    playUntilItRings(portal);
    const call = page.getByRole('list', { name: 'Calls' }).getByRole('link');
    await call.filter({ hasText: 'Ringing' }).waitFor();
    assert.match(await call.innerText(), /user\.1001@acme\.example[^]*\+358409401234/);
    await assertAccessible(page);
    const callId = await playWhole(portal);
    await call.filter({ hasText: 'Ended' }).filter({ hasText: 'Delivered' }).waitFor();

    await call.click();
    await page.getByRole('heading', { name: 'Your system was told of this call' }).waitFor();
    assert.ok(page.url().endsWith(`/calls/${callId}`));
    const picture = page.getByRole('group', { name: 'How the call went' });
    const marks = picture.getByRole('link');
    assert.equal(await marks.count(), 3);
    await marks.first().focus();
    await page.keyboard.press('Enter');
    const sent = page.locator('article:target');
    await sent.getByRole('heading', { name: /^1\. “ringing”/ }).waitFor();
    await sent.getByText('What was sent').click();
    const { body } = portal.crm.received[0]!;
    assert.deepEqual(
      JSON.parse(await sent.getByLabel('Message “ringing”').first().innerText()),
      JSON.parse(body),
    );
    await page.getByText('wants to hear only of “ringing, answered and ended”').waitFor();
    await page.getByText('Show as a table').click();
    assert.equal(await page.getByRole('row', { name: /hung up/ }).count(), 1);
    await assertAccessible(page);

    const storageState = await page.context().storageState();
    const finnish = await openPage(t, { locale: 'fi-FI', storageState, viewport: NARROW });
    await finnish.goto(page.url());
    await finnish.getByRole('heading', { name: 'Järjestelmänne sai tiedon tästä puhelusta' }).waitFor();
    await finnish.getByText(FINNISH).first().waitFor();
    await finnish
      .getByText(/sai viestit ”soi, vastattu ja päättynyt”/)
      .first()
      .waitFor();
    await assertFits(finnish);
    await assertAccessible(finnish);
  },
);

test('new calls do not move what somebody reads further down', needsChromium(), async (t) => {
  const portal = await startPortal(t, BURST);
  const page = await openPage(t);
  await portal.logIn(page, 'viewer', 'acme');
  await page.goto(`${portal.url}/o/acme/calls`);
  await page.getByText('Live', { exact: true }).waitFor();
  portal.pbx.play(1_500);
  const calls = page.getByRole('list', { name: 'Calls' }).getByRole('link');
  await calls.nth(30).waitFor();
  await calls.nth(20).scrollIntoViewIfNeeded();
  const read = await calls.first().getAttribute('href');
  portal.pbx.play(500);
  const button = page.getByRole('button', { name: /new calls?$/ });
  await button.waitFor();
  assert.equal(await calls.first().getAttribute('href'), read);
  await assertAccessible(page);
  await button.click();
  await button.waitFor({ state: 'detached' });
  assert.notEqual(await calls.first().getAttribute('href'), read);
});

test('of a call that the CRM did not take, it is said why, and what to do', needsChromium(), async (t) => {
  const portal = await startPortal(t, ONE_PHONE);
  portal.crm.answers.push(...Array.from({ length: 50 }, () => 503));
  const page = await openPage(t);
  await portal.logIn(page, 'administrator', 'acme');
  await page.goto(`${portal.url}/o/acme/calls?result=waiting`);
  await page.getByText('No call is like this').waitFor();
  portal.pbx.play(portal.pbx.left());
  await page.getByRole('list', { name: 'Calls' }).getByRole('link').click();
  await page.getByRole('heading', { name: 'Your system has not been told of everything yet' }).waitFor();
  await page
    .getByText(/127\.0\.0\.1:\d+ answered with error 503 since .* waits\. The next try is at/)
    .first()
    .waitFor();
  await page.getByText('ask those who run it to look into its log').waitFor();
  await page.getByRole('link', { name: /^Message “ringing”, try 1 at .*: failed$/ }).waitFor();
  await assertAccessible(page);
  portal.crm.answers.length = 0;
  await page.getByRole('heading', { name: 'Your system was told, but late' }).waitFor({ timeout: 30_000 });
});

test('what an endpoint heard nothing of is listed with the reason', needsChromium(), async (t) => {
  const portal = await startPortal(t, ONE_PHONE);
  const page = await openPage(t);
  await portal.logIn(page, 'administrator', 'acme');
  const disabled = await page.evaluate<number>(
    `fetch('/api/v1/organisations/acme/endpoints/crm/disable', { method: 'POST', headers: { 'x-callhook': '1' } })
      .then(({ status }) => status)`,
  );
  assert.equal(disabled, 200);
  await page.goto(`${portal.url}/o/acme`);
  await page.getByText('Reporting is switched off').waitFor();
  portal.pbx.play(portal.pbx.left());
  const call = page.getByRole('list', { name: 'Calls' }).getByRole('link', { name: /Waiting/ });
  await call.filter({ hasText: 'Ended' }).waitFor();
  await page.getByText('3 messages wait.').waitFor();
  await assertAccessible(page);
  await page.getByRole('link', { name: 'All calls' }).click();
  await page.getByRole('link', { name: 'Not reported' }).click();
  await page.getByText(/user\.1001@acme\.example, incoming/).waitFor();
  await page.getByText(/waits: 127\.0\.0\.1:\d+ is switched off/).waitFor();
  await assertAccessible(page);
});

test('another organisation sees nothing of a call', needsChromium(), async (t) => {
  const portal = await startPortal(t, ONE_PHONE);
  const operator = await openPage(t);
  await portal.logIn(operator, 'operator');
  const made = await operator.evaluate<number>(
    `fetch('/api/v1/organisations/beta', {
      method: 'PUT',
      headers: { 'x-callhook': '1', 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Beta Oy', default_country: 'FI' }),
    }).then(({ status }) => status)`,
  );
  assert.equal(made, 201);
  const page = await openPage(t);
  await portal.logIn(page, 'viewer', 'beta');
  await page.getByText('Almost ready').waitFor();
  const callId = await playWhole(portal);
  await page.getByRole('link', { name: 'Calls', exact: true }).click();
  await page.getByText('No call yet').waitFor();
  for (const organisation of ['acme', 'beta']) {
    await page.goto(`${portal.url}/o/${organisation}/calls/${callId}`);
    await page.getByText('There is nothing here').waitFor();
    assert.equal(await page.getByText('user.1001').count(), 0);
  }
});
