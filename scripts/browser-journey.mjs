// A shopper in a real Chromium, through a running shop: by every drop and every way in and out. Each page on the way has
// to fit, to pass axe-core's rules and to be used by the keyboard, on a phone and on a desktop, light and dark.
// Usage: OPERATOR_PASSWORD=… node scripts/browser-journey.mjs <shop's address> [folder for screenshots]; with --queue alone,
// it ends with the order that the first drop, a queue, comes to.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { ok, pay, textOf } from './browser-steps.mjs';
import { walkTheWays } from './browser-ways.mjs';
import { openShopper } from './shopper.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { queue: { type: 'boolean' } },
});
const [shop, screenshots] = positionals;
const shopper = await openShopper(screenshots);
const { context, look } = shopper;

const DROP = { distributionId: 'queue_lamp', distributionType: 'queue' };

async function ordered(page, name) {
  await pay(page, 'good');
  await page.waitForURL('**/orders/*');
  assert.match(await textOf(page, 'main'), /Thank you/);
  await look(page, `${name}-thank-you`);
  return page.url();
}

async function queue(page) {
  await page.goto(`${shop}/checkout/lamp`);
  assert.equal(new URL(page.url()).pathname, '/experience/lamp');
  assert.match(await textOf(page, '[role=alert]'), /take part first/);
  await look(page, 'refused');
  ok('a visit without an admission lands on the experience');

  await page.focus('#enter');
  await page.keyboard.press('Enter');
  const inQueue = page.getByText(/You are number \d+ in the queue/);
  await inQueue.waitFor();
  await page.reload();
  // On a slow machine it is their turn by now. Who has lost their place stands before the entrance again.
  await inQueue.or(page.locator('#order')).waitFor();
  await look(page, 'queue');
  ok('a refresh keeps the place in the queue');

  await page.waitForURL('**/checkout/lamp');
  await page.locator('#countdown[state]').waitFor();
  const [, minutes] = /^(\d+):\d\d$/.exec(await textOf(page, '#countdown [part=time]'));
  assert.ok(Number(minutes) <= 10, `${minutes} minutes`);
  await look(page, 'checkout');
  ok('the queue admits, and the checkout counts down by the server’s clock');

  await pay(page, 'declined');
  await page.getByText(/card was declined/).waitFor();
  await look(page, 'declined');
  ok('a declined card keeps the place');

  const other = await context.newPage();
  await other.goto(`${shop}/checkout/lamp`);
  const order = await ordered(page, 'queue');
  await pay(other, 'good');
  await other.getByText(/already been used for an order/).waitFor();
  await look(other, 'used');
  await other.click('a');
  assert.equal(other.url(), order);
  await other.close();
  ok('a good card makes the order, and a second tab is led to it');

  await page.goto(`${shop}/checkout/lamp`);
  assert.equal(page.url(), order);
  ok('the finished checkout leads to the order');
}

async function draw(page) {
  await page.goto(`${shop}/experience/print`);
  await page.click('#enter');
  await page.getByText('You are in the draw').waitFor();
  await look(page, 'draw');
  await page.waitForURL('**/checkout/print');
  await ordered(page, 'draw');
  ok('the draw is won and becomes an order');
}

async function auction(page) {
  await page.goto(`${shop}/experience/chair`);
  await page.click('#enter');
  await page.fill('#bid input', '1');
  await page.click('#bid button');
  await page.getByText('Bid must be higher').waitFor();
  await page.fill('#bid input', '420,50');
  await page.keyboard.press('Enter');
  await page.getByText('Yours is the highest bid: € 420.50').waitFor();
  await look(page, 'auction');
  await page.waitForURL('**/checkout/chair');
  await ordered(page, 'auction');
  ok('the highest bid wins the auction and becomes an order');
}

/** Whoever runs the emulator may hand out admissions and make it fail. */
async function emulatorOf(page) {
  await page.goto(`${shop}/experience/lamp`);
  const api = await page.getAttribute('#experience', 'data-api');
  return {
    api,
    post: async (path, body) => {
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(api + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    },
  };
}

async function outage(page) {
  const { post } = await emulatorOf(page);
  const { token } = await post('/emulator/admissions', DROP);
  await post('/emulator/faults', { set: { kind: 'status', status: 503, on: 'validate' } });
  const answer = await page.goto(`${shop}/checkout/lamp?admission_token=${token}`);
  assert.equal(answer.status(), 503);
  assert.match(await textOf(page, 'main'), /your place is kept/);
  // It has to look again by itself: a place in line does not wait for a click.
  await look(page, 'outage', { exceptRules: ['meta-refresh'] });
  await post('/emulator/faults', { clear: true });
  await page.waitForSelector('#order');
  assert.equal(new URL(page.url()).search, '');
  ok('in an outage the shopper is asked to wait, and is let in when it is over');
}

async function expiry(page) {
  const { post } = await emulatorOf(page);
  const { token } = await post('/emulator/admissions', { ...DROP, expiresInSeconds: 10 });
  await page.goto(`${shop}/checkout/lamp?admission_token=${token}`);
  await page.waitForURL('**/experience/lamp?fanfare=expired');
  await page.waitForLoadState('networkidle');
  assert.match(await textOf(page, '[role=alert]'), /is over/);
  assert.equal(await page.isVisible('#checkout'), false);
  await look(page, 'expired');
  ok('when the time is over, the shopper is led back');
}

async function everyOtherWay(page) {
  await draw(page);
  await auction(page);
  const cookies = await context.cookies();
  assert.deepEqual(
    cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite]),
    Array(3).fill([true, 'Lax']),
  );
  ok('one HttpOnly cookie for each admission');
  await context.clearCookies();
  await expiry(page);
  await context.clearCookies();
  await outage(page);
  const { api, post: emulator } = await emulatorOf(page);
  await walkTheWays({ context, shop, look, emulator, emulatorUrl: api });
}

try {
  const page = await context.newPage();
  await queue(page);
  if (!values.queue) await everyOtherWay(page);
  assert.deepEqual(shopper.faults, []);
  ok('no script or policy error');
} finally {
  await shopper.close();
}
