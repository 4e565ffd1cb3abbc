/** The page in a real browser: as it looks on a phone and a desk, by light and by night, and by keyboard alone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages } from '../support/servers.js';
import { dead, deadEvent, openRig, type Rig, waiting } from './rig.js';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
const DISCARD_EVENT = `?discard-event=evt_of_a_platform_with_long_names_for_everything`;
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 900 };

afterEach(closeStages);

async function busyRig(): Promise<Rig> {
  const rig = await openRig();
  for (const name of ['one', 'two', 'three']) await waiting(rig, name);
  for (const name of ['four', 'five'])
    await dead(rig, name, 'Fanfare refuses it, for a reason that is quite long');
  await deadEvent(rig, 'evt_of_a_platform_with_long_names_for_everything');
  await rig.browser.visit('/checkout');
  rig.ledger.purge = () => Promise.reject(new Error('away'));
  return rig;
}

/** What axe finds, by its short names. The page's own policy lets no script in, so axe comes by the debugger. */
async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describeWithChromium('the operator’s page in Chromium', (chromium) => {
  test.each([
    ['a phone by day', PHONE, 'light'],
    ['a phone by night', PHONE, 'dark'],
    ['a desk by day', DESK, 'light'],
    ['a desk by night', DESK, 'dark'],
  ] as const)(
    'on %s everything is readable, and nothing sticks out',
    async (_what, viewport, colorScheme) => {
      const { browser } = await busyRig();
      const page = await chromium.page();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      for (const query of [
        '',
        '?search=order_four',
        '?discard=adm_four',
        DISCARD_EVENT,
        '?done=retried&refresh=on',
      ]) {
        await page.goto(`${browser.origin}/operator${query}`);
        expect(await violationsOn(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        );
      }
      expect(complaints).toEqual([]);
    },
  );

  test('a completion is retried, and another one discarded, by keyboard alone', async () => {
    const { browser, ledger } = await busyRig();
    const page = await chromium.page();
    await page.goto(`${browser.origin}/operator`);
    await tabTo(page, 'Retry order_four');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/operator?done=retried');
    expect(await ledger.find('adm_four')).toMatchObject({ state: 'ordered' });
    await tabTo(page, 'Discard order_five…');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/operator?discard=adm_five');
    await tabTo(page, 'Discard for good');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/operator?done=discarded');
    expect(await ledger.find('adm_five')).toMatchObject({ state: 'discarded' });
  });
});

/** Presses Tab until the named thing has the focus; fails when the page has been gone through. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = `(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()`;
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(focused)) === name) return;
  }
  throw new Error(`Tab never comes to "${name}"`);
}
