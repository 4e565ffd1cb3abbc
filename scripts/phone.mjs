// A real Chromium of a phone's size whose clock is a day ahead, and what every page on it has to keep to.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const WAIT_MS = 60_000;
const DAY_MS = 86_400_000;
const SIZE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
const TOUCH_PX = 44;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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
    /** The page fits, can be touched and is accessible, light and dark; and pictures of it, where they were asked for. */
    async look(page, name, { exceptRules = [] } = {}) {
      await fits(page, name);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await accessible(page, `${name}, ${colorScheme}`, exceptRules);
        if (screenshots) await shoot(page, (size) => join(screenshots, `${name}-${size}-${colorScheme}.png`));
      }
      await page.emulateMedia({ colorScheme: 'light' });
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function fits(page, name) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= SIZE.width, `${name} is ${width} px wide`);
  for (const target of await page.locator('a:visible, button:visible, label:visible').all()) {
    const { height } = await target.boundingBox();
    assert.ok(height >= TOUCH_PX, `${name}: "${await target.innerText()}" is ${height} px high`);
  }
}

/** axe-core's rules on the page and its frames. */
async function accessible(page, name, exceptRules) {
  // A frame that shows nothing yet is no page.
  for (const frame of page.frames().filter((one) => /^http/.test(one.url()))) {
    await frame.evaluate(AXE);
    const found = await frame.evaluate(async (except) => {
      const rules = Object.fromEntries(except.map((rule) => [rule, { enabled: false }]));
      const { violations } = await window.axe.run(document, { rules });
      return violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ html }) => html)}`);
    }, exceptRules);
    assert.deepEqual(found, [], name);
  }
}

async function shoot(page, pathOf) {
  await page.screenshot({ path: pathOf('phone'), fullPage: true });
  await page.setViewportSize(DESKTOP);
  await page.screenshot({ path: pathOf('desktop'), fullPage: true });
  await page.setViewportSize(SIZE);
}
