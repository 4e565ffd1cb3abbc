// The other ways into the checkout and out of it, in a real Chromium: by link, on another domain, in a frame, past the
// bank, by webhook and by e-mail.
import assert from 'node:assert/strict';
import { byKeyboard, LAMP, otherPages, soldOut, twoBrowsers } from './browser-corners.mjs';
import { ok, pay, tabTo } from './browser-steps.mjs';

async function enter(page, shop, way, slug = 'lamp') {
  await page.goto(`${shop}/experience/${slug}`);
  await page.selectOption('#way', way);
  await page.click('#enter');
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
  const { origin } = new URL(await page.getAttribute('#frame', 'data-src'));
  await page.goto(`${origin}/over?fanfare=used`);
  await look(page, 'frame-over');
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

async function byMail({ page, shop, context, look }) {
  await page.goto(`${shop}/mails`);
  await look(page, 'mails-none');
  await enter(page, shop, 'mail', 'print');
  await page.waitForURL('**/mails');
  await look(page, 'mails');
  const link = await page.getAttribute('main a', 'href');
  assert.match(link, /\/winner\?fanfare_winner=[\w-]{22}$/);
  // A mail is read in whatever browser there is.
  await context.clearCookies();
  await tabTo(page, 'main a');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/winner?*');
  await look(page, 'winner');
  await tabTo(page, 'button');
  await page.keyboard.press('Space');
  await page.waitForURL('**/checkout/print');
  await pay(page, 'good');
  await page.waitForURL('**/orders/*');
  const order = page.url();
  await page.goto(link);
  await page.click('button');
  await page.getByText('already been used for an order').waitFor();
  await look(page, 'winner-used');
  await page.click('a');
  assert.equal(page.url(), order);
  ok('a winner’s mail leads to the checkout in another browser, and to the order afterwards');
  await page.goto(`${shop}/winner?fanfare_winner=${'A'.repeat(22)}`);
  await page.click('button');
  await page.getByText('not good, or not any more').waitFor();
  await look(page, 'winner-not-good');
  ok('a winner’s link that leads nowhere says so');
}

const WAYS = [
  ...[byLink, byWebhook, elsewhere, inFrame, expiredInFrame, byMail, twoBrowsers, byKeyboard],
  ...[otherPages, soldOut],
];

/** Each in a tab of its own, which knows nothing of the others. */
export async function walkTheWays(walk) {
  for (const way of WAYS) {
    await walk.context.clearCookies();
    const page = await walk.context.newPage();
    await way({ ...walk, page });
    await page.close();
  }
}
