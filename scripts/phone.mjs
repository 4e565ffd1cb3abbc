// A real Chromium of a phone's size whose clock is a day ahead, and what every page on it has to keep to.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const WAIT_MS = 60_000;
const DAY_MS = 86_400_000;
const SIZE = { width: 390, height: 844 };
const TOUCH_PX = 44;
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openPhone(screenshots) {
  const profile = mkdtempSync(join(tmpdir(), 'fanfare-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    viewport: SIZE,
    args: QUIET,
  });
  context.setDefaultTimeout(WAIT_MS);
  await context.addInitScript((ahead) => {
    const { now } = Date;
    Date.now = () => now() + ahead;
  }, DAY_MS);
  const faults = [];
  context.on('weberror', (fault) => faults.push(fault.error().message));
  context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  return {
    context,
    /** What no page may bring: script errors, and things that the policy keeps out. */
    faults,
    /** The page fits and can be touched; and a picture of it, where one was asked for. */
    async look(page, name) {
      if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= SIZE.width, `${name} is ${width} px wide`);
      for (const target of await page.locator('a:visible, button:visible, label:visible').all()) {
        const { height } = await target.boundingBox();
        assert.ok(height >= TOUCH_PX, `${name}: "${await target.innerText()}" is ${height} px high`);
      }
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
