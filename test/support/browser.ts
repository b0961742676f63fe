/** A real Chromium for the tests of the portal, and what every page has to be: free of errors, and usable by everybody. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Owner } from './callhook-process.ts';
import { needs } from './needs.ts';

const PLACES = [process.env['CALLHOOK_TEST_CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'];
const EXECUTABLE = PLACES.find((place) => place !== '' && existsSync(place));
const BUILT = fileURLToPath(new URL('../../dist/portal/index.html', import.meta.url));
/** Kept by CI. */
const SCREENSHOTS = fileURLToPath(new URL('../../screenshots/', import.meta.url));

export const hasChromium = EXECUTABLE !== undefined && existsSync(BUILT);

export const needsChromium = () =>
  needs(
    hasChromium,
    'Chromium and the built portal (`apt-get install chromium`, or its path in CALLHOOK_TEST_CHROMIUM; `npm run build:portal`)',
  );

const AXE_OPTIONS = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // A dialog has a `header` of its own, which axe takes for a second one of the page.
  rules: { 'landmark-no-duplicate-banner': { enabled: false }, 'landmark-unique': { enabled: false } },
};

let started: Promise<Browser> | undefined;
let users = 0;

/** One Chromium for all tests of a file; each gets a context of its own, which is empty. */
export async function openPage(t: Owner, options: BrowserContextOptions = {}): Promise<Page> {
  users += 1;
  started ??= chromium.launch({
    ...(EXECUTABLE !== undefined && { executablePath: EXECUTABLE }),
    // Root in a container cannot have Chromium's own sandbox; it sees no page but ours.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const browser = await started;
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // A refused request is told by the page; the browser's own line about it is no fault.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      problems.push(message.text());
    }
  });
  t.after(async () => {
    await context.close();
    users -= 1;
    if (users === 0) {
      started = undefined;
      await browser.close();
    }
    assert.deepEqual(problems, [], 'the browser’s console has errors');
  });
  return page;
}

/** The page has its title, and nothing of it is still being loaded. A live stream never ends, so the network may be busy. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.locator('.mantine-Loader-root, .mantine-Skeleton-root').first().waitFor({ state: 'detached' });
}

/** WCAG 2.2 A and AA, and axe's own good practices, on what is shown now. */
export async function assertAccessible(page: Page): Promise<void> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(AXE_OPTIONS)})`);
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
  );
  assert.deepEqual(found, [], page.url());
}

/** Nothing is wider than the window. */
export async function assertFits(page: Page): Promise<void> {
  const excess = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.ok(excess <= 0, `${page.url()} is ${excess} px wider than the window`);
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
