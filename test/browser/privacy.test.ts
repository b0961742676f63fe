/** Restrict sharing of personal data: what is saved in the portal is what the CRM no longer gets. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertAccessible, assertFits, needsChromium, openPage } from '../support/browser.ts';
import { startPortal } from '../support/portal.ts';

test(
  'a setting that is saved changes the next POST, as the preview has shown',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const page = await openPage(t);
    await portal.logIn(page, 'administrator', 'acme');
    await page.getByRole('link', { name: 'Privacy' }).click();
    const preview = page.getByRole('group', { name: 'With these settings' });
    const shared = page.getByRole('group', { name: 'If everything is shared' });
    assert.equal(typeof JSON.parse(await shared.innerText()), 'object');
    await preview.getByText('"local_user_id": "aino.virta"').waitFor();
    await page.getByLabel('Remove Local User-Id').check();
    await page.getByLabel('Remove Device Type').check();
    const remote = page.getByRole('radiogroup', { name: 'Modify Remote Number' });
    await remote.getByLabel('Mask').check();
    await remote.getByLabel('Digits to mask').fill('6');
    await preview.getByText('"remote_number": "+441632XXXXXX"').waitFor();
    await page.getByText('3 lines change.').waitFor();
    assert.equal(await preview.getByText('removed', { exact: true }).count(), 2);
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Applies to the next message.').waitFor();
    portal.pbx.play(portal.pbx.left());
    await portal.crm.until((received) => received.some(({ message }) => message.state === 'TERMINATED'));
    for (const { message } of portal.crm.received) {
      assert.ok(!('local_user_id' in message) && !('device_type' in message));
      assert.match(String(message.remote_number), /^\+?\d*X{6}$|^X+$/);
      assert.match(String(message.local_number), /^\+358942721\d{3}$/);
    }
  },
);

test('who may only look sees the settings and cannot change them', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await portal.logIn(page, 'viewer', 'acme');
  await page.goto(`${portal.url}/o/acme/privacy`);
  await page.getByText('You can look at these settings').waitFor();
  assert.ok(await page.getByLabel('Remove Local Email').isDisabled());
  assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0);
  await assertAccessible(page);
  await assertFits(page);
});

test('what somebody else has changed meanwhile is told, not overwritten', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t);
  await portal.logIn(page, 'administrator', 'acme');
  await page.goto(`${portal.url}/o/acme/privacy`);
  const second = await page.context().newPage();
  await second.goto(`${portal.url}/o/acme/privacy`);
  await second.getByLabel('Remove Local Email').check();
  await second.getByRole('button', { name: 'Save' }).click();
  await second.getByText('Saved.').waitFor();
  await page.getByLabel('Remove Device Type').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody has changed it meanwhile').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByLabel('Remove Local Email').and(page.locator(':checked')).waitFor();
  assert.equal(await page.getByLabel('Remove Device Type').isChecked(), false);
});
