// A shopper's real Chromium, with the clock a day ahead, and what every page has to keep to: on a phone and on a desktop,
// light and dark, and by keyboard.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const WAIT_MS = 240_000;
const DAY_MS = 86_400_000;
export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const TOUCH_PX = 44;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openShopper(screenshots) {
  const profile = mkdtempSync(join(tmpdir(), 'fanfare-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    viewport: SIZES.phone,
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
    look: (page, name, more) => look(page, name, { screenshots, ...more }),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** The page is as it should be in every way of looking at it; and pictures of it, where they were asked for. */
async function look(page, name, { screenshots, exceptRules = [] }) {
  const goOn = await standStill(page);
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    await fits(page, `${name} on a ${size}`, viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await accessible(page, `${name} on a ${size}, ${colorScheme}`, exceptRules);
      const path = screenshots && join(screenshots, `${name}-${size}-${colorScheme}.png`);
      if (path) await page.screenshot({ path, fullPage: true });
    }
    await reachable(page, `${name} on a ${size}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(SIZES.phone);
  await goOn();
}

/** Whatever the page asks for waits, so that it does not go on while it is looked at. */
async function standStill(page) {
  let goOn;
  const looked = new Promise((resolve) => (goOn = resolve));
  await page.route('**', (route) => looked.then(() => route.continue()));
  return () => {
    goOn();
    return page.unrouteAll({ behavior: 'wait' });
  };
}

async function fits(page, name, { width }) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= width, `${name} is ${wide} px wide`);
  for (const target of await page.locator('a:visible, button:visible, label:visible').all()) {
    const { height } = await target.boundingBox();
    assert.ok(height >= TOUCH_PX, `${name}: "${await target.innerText()}" is ${height} px high`);
  }
}

/** A frame that shows nothing yet is no page. */
const framesOf = (page) => page.frames().filter((one) => /^http/.test(one.url()));

/** axe-core's rules on the page and its frames. */
async function accessible(page, name, exceptRules) {
  for (const frame of framesOf(page)) {
    await frame.evaluate(AXE);
    const found = await frame.evaluate(async (except) => {
      const rules = Object.fromEntries(except.map((rule) => [rule, { enabled: false }]));
      const { violations } = await window.axe.run(document, { rules, iframes: false });
      return violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ html }) => html)}`);
    }, exceptRules);
    assert.deepEqual(found, [], name);
  }
}

/** The Tab key comes to everything that can be used, in the page and its frames, and shows where it is. */
async function reachable(page, name) {
  const frames = framesOf(page);
  let stops = 0;
  for (const frame of frames) stops += await frame.evaluate(listStops);
  await page.evaluate(beginAtTop);
  for (let presses = 0; presses < stops + frames.length; presses += 1) {
    await page.keyboard.press('Tab');
    for (const frame of frames) {
      const hidden = await frame.evaluate(noteStop);
      assert.equal(hidden, undefined, `${name}: the focus does not show`);
    }
  }
  for (const frame of frames) assert.deepEqual(await frame.evaluate(stopsLeft), [], name);
}

/** In the page: the next stop of the Tab key is the first one. */
function beginAtTop() {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}

/** In the page: what the Tab key has to come to; of radio buttons, the one that is chosen. */
function listStops() {
  const usable = document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]');
  window.stopsLeft = new Set(
    [...usable].filter(
      (element) =>
        element.checkVisibility() && !element.disabled && !(element.type === 'radio' && !element.checked),
    ),
  );
  return window.stopsLeft.size;
}

/** In the page: where the focus is now; what has it and does not show it. */
function noteStop() {
  const { activeElement } = document;
  if (!document.hasFocus() || activeElement === document.body || activeElement.tagName === 'IFRAME')
    return undefined;
  window.stopsLeft.delete(activeElement);
  const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
  return outlineStyle === 'none' || outlineWidth === '0px' ? activeElement.outerHTML : undefined;
}

/** In the page: what the Tab key never came to. */
function stopsLeft() {
  document.activeElement.blur();
  return [...window.stopsLeft].map(({ outerHTML }) => outerHTML);
}
