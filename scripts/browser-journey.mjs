// A shopper in a real Chromium, through a running shop: wait, be admitted, a declined card, an order, and a refresh.
// Usage: node scripts/browser-journey.mjs <shop's address> [folder for screenshots]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [shop, screenshots] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'fanfare-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

try {
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const shoot = (name) => screenshots && page.screenshot({ path: join(screenshots, `${name}.png`) });
  const ok = (what) => {
    console.log(`ok - ${what}`);
  };

  await page.goto(`${shop}/checkout/lamp`);
  assert.equal(new URL(page.url()).pathname, '/experience/lamp');
  assert.match(await page.textContent('[role=alert]'), /take part first/);
  await shoot('refused');
  ok('a visit without an admission lands on the experience');

  await page.click('#enter');
  await page.waitForURL('**/checkout/lamp', { timeout: 60_000 });
  assert.match(await page.textContent('#countdown'), /\d+:\d\d left/);
  await shoot('checkout');
  ok('the queue admits, and the checkout counts down');

  await page.check('input[value=declined]');
  await page.click('#order button');
  await page.waitForSelector('[role=alert]');
  await shoot('declined');
  ok('a declined card keeps the place');

  await page.check('input[value=good]');
  await page.click('#order button');
  await page.waitForURL('**/orders/*');
  const order = page.url();
  await shoot('thank-you');
  ok('a good card makes the order');

  await page.goto(`${shop}/checkout/lamp`);
  assert.equal(page.url(), order);
  ok('the finished checkout leads to the order');
  const cookies = await context.cookies();
  assert.deepEqual(
    cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite]),
    [[true, 'Lax']],
  );
  assert.deepEqual(faults, []);
  ok('one HttpOnly cookie, and no script error');
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
