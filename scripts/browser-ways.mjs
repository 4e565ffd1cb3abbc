// The other ways into the checkout and out of it, in a real Chromium: by link, on another domain, in a frame, past the
// bank, by webhook, and with the keyboard alone.
import assert from 'node:assert/strict';

const ok = (what) => {
  console.log(`ok - ${what}`);
};
const textOf = (page, selector) => page.locator(selector).innerText();

async function enter(page, shop, way) {
  await page.goto(`${shop}/experience/lamp`);
  await page.selectOption('#way', way);
  await page.click('#enter');
}

async function pay(page, card) {
  await page.check(`input[value=${card}]`);
  await page.click('#order button');
}

async function byLink({ page, shop, look }) {
  await enter(page, shop, 'link');
  await page.waitForURL('**/checkout/lamp');
  assert.doesNotMatch(page.url(), /token/);
  await pay(page, 'bank');
  await page.waitForURL('**/bank/*');
  await look(page, 'bank');
  await page.click('button[value=no]');
  await page.waitForURL('**/checkout/lamp?declined');
  await look(page, 'declined-by-the-bank');
  ok('a grant in a link leaves the address bar, and a payment declined at the bank keeps the place');
  await pay(page, 'bank');
  await page.click('button[value=yes]');
  await page.waitForURL('**/orders/*');
  ok('back from the bank by a cross-site POST, the shopper has their order');
}

async function byWebhook({ page, shop, look }) {
  await enter(page, shop, 'storage');
  await page.waitForURL('**/checkout/lamp');
  await pay(page, 'later');
  await page.waitForURL('**/checkout/lamp/waiting');
  await look(page, 'waiting');
  await page.waitForURL('**/orders/*');
  ok('a payment that ends later becomes an order by the provider’s webhook');
}

async function elsewhere({ page, shop, look }) {
  await enter(page, shop, 'elsewhere');
  await page.waitForURL('http://localhost:*/checkout/lamp');
  assert.notEqual(new URL(page.url()).hostname, new URL(shop).hostname);
  await look(page, 'elsewhere');
  await pay(page, 'good');
  await page.waitForURL('http://localhost:*/orders/*');
  ok('an admission is handed to the checkout on another domain, and buys there');
}

async function inFrame({ page, shop, look }) {
  await page.goto(`${shop}/framed/lamp`);
  await look(page, 'frame-empty');
  await enter(page, shop, 'frame');
  const frame = page.frameLocator('#frame');
  await frame.locator('#order').waitFor();
  await look(page, 'frame');
  await frame.locator('input[value=bank]').check();
  await frame.locator('#order button').click();
  await frame.locator('button[value=yes]').click();
  await page.getByText(/The frame says that order order_\S+ was made/).waitFor();
  await frame.getByText('is yours').waitFor();
  await look(page, 'frame-ordered');
  ok('in a frame the checkout is paid past the bank, and the page around hears of the order');
}

async function expiredInFrame({ page, shop, emulator, look }) {
  const { token } = await emulator('/emulator/admissions', { ...LAMP, expiresInSeconds: 12 });
  await page.goto(`${shop}/framed/lamp`);
  await page.evaluate((grant) => sessionStorage.setItem('grant.lamp', grant), token);
  await page.reload();
  await page.getByText('The frame says that the time to check out is over').waitFor();
  await look(page, 'frame-expired');
  ok('the page around hears that the time is over');
}

const LAMP = { distributionId: 'queue_lamp', distributionType: 'queue' };

/** From the shop window to the order with Tab, arrows, Enter and Space alone. */
async function byKeyboard({ page, shop }) {
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
  ok('a whole purchase by the keyboard alone, with the focus to be seen');
}

async function tabTo(page, selector) {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { shown: outlineStyle !== 'none' && outlineWidth !== '0px' };
    });
    assert.ok(focus.shown, 'the focus is to be seen');
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`The Tab key never came to ${selector}`);
}

async function otherPages({ page, shop, emulatorUrl, look }) {
  await page.goto(shop);
  await look(page, 'home');
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

/** Each in a tab of its own, which knows nothing of the others. */
export async function walkTheWays(walk) {
  for (const way of [byLink, byWebhook, elsewhere, inFrame, expiredInFrame, byKeyboard, otherPages]) {
    await walk.context.clearCookies();
    const page = await walk.context.newPage();
    await way({ ...walk, page });
    await page.close();
  }
}
