/** What the portal weighs: a phone on a slow line opens it too. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { needsChromium, openPage, settled } from '../support/browser.ts';
import { startPortal } from '../support/portal.ts';

const MOST_SCRIPT_BYTES = 300_000;

/** Bytes of scripts on the wire, from here on. */
async function countScripts(page: Page): Promise<() => number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type !== 'Script') return;
    scripts.add(requestId);
    assert.ok(
      response.url.endsWith('/color-scheme.js') || response.headers['content-encoding'] === 'br',
      `${response.url} is sent as it is`,
    );
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  return () => bytes;
}

test(
  'whoever opens the portal for the first time loads less than 300 kB of script',
  needsChromium(),
  async (t) => {
    const portal = await startPortal(t);
    const other = await openPage(t);
    await portal.logIn(other, 'administrator', 'acme');
    const storageState = await other.context().storageState();
    for (const [path, state] of [
      ['/login', undefined],
      ['/o/acme', storageState],
      ['/o/acme/calls', storageState],
    ] as const) {
      const page = await openPage(t, state === undefined ? {} : { storageState: state });
      const bytes = await countScripts(page);
      await page.goto(portal.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      t.diagnostic(`${path}: ${Math.round(bytes() / 1_000)} kB of script`);
      assert.ok(bytes() > 50_000 && bytes() < MOST_SCRIPT_BYTES, `${path}: ${bytes()} bytes of script`);
    }
  },
);

test('nothing jumps while a page loads', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  const page = await openPage(t);
  await portal.logIn(page, 'operator');
  await page.addInitScript(
    `globalThis.shift = 0;
     new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.shift += entry.value; })
       .observe({ type: 'layout-shift', buffered: true });`,
  );
  for (const path of ['/operator', '/operator/sources', '/o/acme', '/o/acme/calls', '/o/acme/users']) {
    await page.goto(portal.url + path);
    await settled(page);
    const shift = await page.evaluate<number>('globalThis.shift');
    assert.ok(shift < 0.1, `${path} shifts by ${shift}`);
  }
});

test('how long people wait: figures, no limits', needsChromium(), async (t) => {
  const portal = await startPortal(t);
  portal.pbx.play(portal.pbx.left());
  const page = await openPage(t);
  await portal.logIn(page, 'administrator', 'acme');
  await page.goto(`${portal.url}/o/acme`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const paint = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0",
  );
  assert.ok(paint > 0, 'nothing was painted');
  t.diagnostic(`first contentful paint: ${Math.round(paint)} ms`);
  for (const name of ['Calls', 'Messages', 'Privacy', 'Users']) {
    const began = performance.now();
    await page.getByRole('link', { name, exact: true }).click();
    await page.locator('main h1').waitFor();
    await settled(page);
    t.diagnostic(`${name}: ${Math.round(performance.now() - began)} ms from the click to the whole page`);
  }
  const latency = await page.evaluate<number>(
    `new Promise((resolve) => {
       const button = [...document.querySelectorAll('button')].find((one) => one.ariaLabel === 'Dark colours');
       const began = performance.now();
       button.click();
       requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
     })`,
  );
  t.diagnostic(`a click on a button is drawn after ${Math.round(latency)} ms`);
});
