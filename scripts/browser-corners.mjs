// Where a shopper has to wait, is too late or takes another way, and the pages that no way leads through.
import assert from 'node:assert/strict';
import { ok, pay, tabTo, textOf } from './browser-steps.mjs';
import { SIZES } from './shopper.mjs';

export const LAMP = { distributionId: 'queue_lamp', distributionType: 'queue' };

/** The same admission in two browsers: the one is at the bank while the other orders. */
export async function twoBrowsers({ page, shop, context, emulator, look }) {
  const { token } = await emulator('/emulator/admissions', LAMP);
  const checkout = `${shop}/checkout/lamp?admission_token=${token}`;
  await page.goto(checkout);
  await pay(page, 'bank');
  await page.waitForURL('**/bank/*');
  await context.clearCookies();
  await page.goto(checkout);
  await pay(page, 'good');
  await page.getByText('Admission in use').waitFor();
  await look(page, 'in-use');
  ok('while another attempt holds the admission, the shopper is told to wait');
}

/** Once as many hold a piece as there are, the next has to wait for one that is given back. */
export async function soldOut({ page, shop, context, emulator, look }) {
  const print = { distributionId: 'draw_print', distributionType: 'draw' };
  do {
    await context.clearCookies();
    const { token } = await emulator('/emulator/admissions', print);
    await page.goto(`${shop}/checkout/print?admission_token=${token}`);
  } while ((await textOf(page, 'h1')) === 'Checkout');
  assert.equal(await textOf(page, 'h1'), 'All are spoken for');
  await look(page, 'sold-out');
  ok('when every piece is held, the page says so');
}

/** From the shop window to the order with Tab, arrows, Enter and Space alone. */
export async function byKeyboard({ context, page, shop }) {
  for (const viewport of Object.values(SIZES)) {
    await context.clearCookies();
    await page.setViewportSize(viewport);
    await buyByKeyboard(page, shop);
  }
  ok('a whole purchase by the keyboard alone, with the focus to be seen, on a phone and on a desktop');
}

async function buyByKeyboard(page, shop) {
  await page.goto(shop);
  await tabTo(page, 'a[href="/experience/lamp"]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/experience/lamp');
  await tabTo(page, '#enter');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/checkout/lamp');
  await tabTo(page, 'input[name=card]');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  assert.equal(await page.isChecked('input[value=good]'), true);
  await tabTo(page, '#order button');
  await page.keyboard.press('Space');
  await page.waitForURL('**/orders/*');
  assert.match(await textOf(page, 'main'), /Thank you/);
}

export async function otherPages({ page, shop, emulatorUrl, look }) {
  await page.goto(shop);
  await look(page, 'home');
  await page.goto(`${shop}/experience/chair`);
  await look(page, 'experience');
  await page.goto(`${shop}/nowhere`);
  await look(page, 'not-found');
  const operators = new URL(`${shop}/operator`);
  Object.assign(operators, { username: 'operator', password: process.env.OPERATOR_PASSWORD });
  await page.goto(operators.href);
  assert.equal(await textOf(page, 'h1'), 'The sale');
  await look(page, 'operator');
  await page.goto(emulatorUrl);
  await look(page, 'emulator');
  ok('the shop window, a wrong address, the operator’s page and the local Fanfare’s');
}
