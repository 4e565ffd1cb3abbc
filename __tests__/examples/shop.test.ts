/** The example shop over HTTP, with the Fanfare of the testing wing, which outlives it. */
import { join } from 'node:path';
import { type TestFanfare, testFanfare } from '../../lib/testing/index.js';
import { Browser } from '../support/shop.js';
import { removeFolder } from '../support/temporary-folder.js';
import { installShop, killShops, type RunningShop, startShop } from './shop-process.js';

const PATIENT = { withinMs: 200_000 };

let folder: string;
let kit: TestFanfare;
let shop: RunningShop;

beforeAll(async () => {
  folder = installShop();
  kit = await testFanfare();
  shop = await startShop(folder, { environment: { ...kit.environment, OPERATOR_PASSWORD: 'right' } });
});
afterAll(async () => {
  await killShops();
  await kit.close();
  removeFolder(folder);
});

const LAMP = { distributionId: 'queue_lamp', distributionType: 'queue' } as const;
const SUBMIT = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

async function admitted({ origin } = shop): Promise<{ browser: Browser; consumerId: string }> {
  const browser = new Browser(origin);
  const { token, consumerId } = kit.mintAdmissionToken(LAMP);
  await browser.visit(`/checkout/lamp?admission_token=${token}`);
  return { browser, consumerId };
}

function pay(browser: Browser, fields: Record<string, string> = { card: 'good' }): Promise<Response> {
  return browser.submit('/checkout/lamp', fields, { headers: SUBMIT });
}

test('a double click makes one order, and both answers lead to it', async () => {
  const { browser, consumerId } = await admitted();
  const answers = await Promise.all([pay(browser), pay(browser)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
  const made = answers.find(({ status }) => status === 303)!.headers.get('location')!;
  expect(await answers.find(({ status }) => status === 409)!.text()).toContain(made);
  const { consumerId: heard, completion } = await kit.expectCompleted(made.replace('/orders/', ''), PATIENT);
  expect([heard, completion.received]).toEqual([consumerId, 1]);
});

test('killed between the order and its completion, the shop finds the order again and tells Fanfare', async () => {
  const own = { ...kit.environment, SHOP_DATA: join(folder, 'killed') };
  const dying = await startShop(folder, {
    environment: own,
    before: join(__dirname, 'die-at-completion.cjs'),
  });
  const { browser, consumerId } = await admitted(dying);
  await expect(pay(browser)).rejects.toThrow('fetch failed');
  await expect(kit.expectCompleted({ consumerId }, { withinMs: 0 })).rejects.toThrow('has not heard');

  const next = await startShop(folder, { environment: own, before: join(__dirname, 'later.cjs') });
  const { completion } = await kit.expectCompleted({ consumerId }, PATIENT);
  const again = await fetch(`${next.origin}/checkout/lamp`, {
    method: 'POST',
    headers: { ...SUBMIT, Cookie: browser.cookies() },
    body: new URLSearchParams({ card: 'good' }),
  });
  expect(again.status).toBe(409);
  expect(await again.text()).toContain(`/orders/${completion.orderId!}`);
});

test.each([
  ['/checkout/%E0%A4%A', 404],
  ['/experience/%E0%A4%A', 400],
  ['/orders/%00', 404],
  ['/orders/__proto__', 404],
  ['/experience/__proto__', 404],
  ['/experience/lamp?fanfare[]=used&fanfare=x', 200],
  ['/public/../shop.js', 404],
])('%s is answered %d with a page of the shop', async (path, status) => {
  const answer = await fetch(shop.origin + path);
  expect(answer.status).toBe(status);
  const page = await answer.text();
  expect(page).toContain('Quayside');
  expect(page).not.toMatch(/Error:|\[object|undefined|try again in a moment/);
});

test.each([
  ['no field at all', {}, [400, null]],
  ['a card nobody knows', { card: '__proto__' }, [400, null]],
  [
    'rubbish for an admission',
    { card: 'good', fanfare_admission_id: '%00"><script>' },
    [303, '/experience/lamp?fanfare=invalid_admission_data'],
  ],
])('an order form with %s makes no order', async (_what, fields: Record<string, string>, refused) => {
  const { browser, consumerId } = await admitted();
  const answer = await pay(browser, fields);
  expect([answer.status, answer.headers.get('location')]).toEqual(refused);
  expect((await pay(browser)).headers.get('location')).toContain('/orders/');
  await kit.expectCompleted({ consumerId }, PATIENT);
});

test('an order that is no form at all is told so', async () => {
  const { browser } = await admitted();
  const headers = { ...SUBMIT, 'Content-Type': 'text/plain' };
  const answer = await browser.send('/checkout/lamp', { method: 'POST', headers, body: 'card=good' });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('Please choose a card');
});

test.each([
  ['nobody', undefined, 401],
  ['another user', 'shopper:right', 401],
  ['another password', 'operator:wrong', 401],
  ['the operator', 'operator:right', 200],
])('who asks for the operator’s page as %s', async (_who, login, status) => {
  const headers = {
    // A proxy on the same machine makes everybody local.
    'X-Forwarded-For': '127.0.0.1',
    ...(login === undefined ? {} : { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
  };
  const answer = await fetch(`${shop.origin}/operator`, { headers });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="Quayside"' : null);
  expect((await answer.text()).includes('At a glance')).toBe(status === 200);
});

test('no page may bring a style or a script of its own', async () => {
  const answer = await fetch(`${shop.origin}/checkout/lamp?admission_token=short`, { redirect: 'manual' });
  const policy = answer.headers.get('content-security-policy')!;
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain("script-src 'self';");
});

test('an outage during checkout: the place is kept, the order waits for nobody', async () => {
  const { browser, consumerId } = await admitted();
  kit.faults.set({ kind: 'status', status: 500 });
  const cold = kit.mintAdmissionToken(LAMP);
  const page = await new Browser(shop.origin).visit(`/checkout/lamp?admission_token=${cold.token}`);
  expect(page.status).toBe(503);
  expect(await page.text()).toContain('your place is kept');
  const ordered = await pay(browser);
  expect(ordered.status).toBe(303);
  expect(await (await browser.visit(ordered.headers.get('location')!)).text()).toContain('Thank you');
  kit.faults.clear();
  await kit.expectCompleted({ consumerId }, PATIENT);
});

test.each([
  ['required', 'Please take part first'],
  ['expired', 'Your time to check out is over'],
  ['invalid', 'We could not confirm your place'],
  ['mismatch', 'Your place is for another edition'],
  ['device_mismatch', 'in the browser where you took part'],
  ['in_use', 'already under way'],
  ['used', 'already been used for an order'],
  ['invalid_admission_data', 'is damaged'],
  ['too_many_attempts', 'a little fast'],
  ['claim_lost', 'took over'],
  ['<script>', 'Please continue from here'],
])('?fanfare=%s is a kind sentence', async (reason, words) => {
  const answer = await fetch(`${shop.origin}/experience/lamp?fanfare=${encodeURIComponent(reason)}`);
  const [, notice] = /role="alert">\s*([^<]+)</.exec(await answer.text())!;
  expect(notice).toContain(words);
});
