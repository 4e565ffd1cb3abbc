/** From an e-mail to the checkout in a real browser: light and dark, on a phone and on a desk, by mouse and by keyboard. */
import type { Page } from 'playwright-core';
import { type FanfareEvent, memoryLedger } from '../../lib/index.js';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages, listen, listenerOf, openStage, type Stage } from '../support/servers.js';
import { until } from '../support/shop.js';
import { html } from '../support/sites.js';

const BUTTON = 'text=Go to checkout';
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1_280, height: 800 };

let stage: Stage;
let shop: string;
/** What came to the checkout, in order. */
let referrers: unknown[];
/** How often the button was pressed. */
let presses: number;

afterEach(closeStages);

const redeemed = (): readonly FanfareEvent[] =>
  stage.events.filter(({ type }) => type === 'winner_link.redeemed');

/** `answered`: when forms are. */
async function open(answered = Promise.resolve()): Promise<string> {
  stage = await openStage({ ledger: memoryLedger() });
  const { fanfare } = stage;
  referrers = [];
  presses = 0;
  shop = await listen(
    listenerOf('node:http', [
      {
        path: '/winner',
        use: [
          (req, _res, next) => {
            if (req.method === 'POST') presses += 1;
            void (req.method === 'POST' ? answered : Promise.resolve()).then(() => next?.());
          },
          fanfare.winnerPage(),
        ],
      },
      {
        path: '/checkout',
        use: [
          fanfare.requireAdmission(),
          (req, res) => {
            referrers.push(req.headers.referer);
            html('<h1>Checkout</h1>')(req, res);
          },
        ],
      },
      { path: '/experience', use: [html('<h1>Join the sale</h1>')] },
    ]),
  );
  const prize = { distributionId: 'draw_1', distributionType: 'draw', expiresInSeconds: 3_600 } as const;
  return fanfare.createWinnerLink(stage.emulator.mint(prize), { url: `${shop}/winner` });
}

const PRESENTED = `(() => {
  const element = document.querySelector('button, a');
  const { color, backgroundColor } = getComputedStyle(element);
  const luminance = (text) =>
    text
      .match(/[\\d.]+/g)
      .slice(0, 3)
      .map((part) => Number(part) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const [dark, light] = [luminance(color), luminance(backgroundColor)].sort((a, b) => a - b);
  return {
    tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    height: element.getBoundingClientRect().height,
    contrast: (light + 0.05) / (dark + 0.05),
  };
})()`;

/** What is on the page is on the screen, can be hit by a thumb, and can be read. */
async function expectPresentable(page: Page): Promise<void> {
  const { tooWide, height, contrast } = await page.evaluate<Record<string, number>>(PRESENTED);
  expect(tooWide).toBe(0);
  expect(height).toBeGreaterThanOrEqual(44);
  expect(contrast).toBeGreaterThan(7);
}

describeWithChromium('a winner who comes from an e-mail', (chromium) => {
  test.each([
    ['phone', 'light', PHONE],
    ['phone', 'dark', PHONE],
    ['desk', 'light', DESK],
    ['desk', 'dark', DESK],
  ] as const)('on a %s, %s: presses the button and is at the checkout', async (_name, colorScheme, size) => {
    const link = await open();
    const page = await chromium.page();
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    const faults: string[] = [];
    page.on('console', (message) => {
      if (!message.location().url.endsWith('/favicon.ico')) faults.push(message.text());
    });
    await page.goto(link);
    await expectPresentable(page);
    await page.click(BUTTON);
    await page.waitForSelector('text=Checkout');
    expect(page.url()).toBe(`${shop}/checkout`);
    expect(referrers).toEqual([undefined]);
    expect(faults).toEqual([]);
  });

  test.each([
    ['the second press of a double click sends nothing', 'Shift', 1],
    ['a page that has come back can be sent again', 'b', 2],
  ])('%s', async (_what, key, uses) => {
    let answer = (): void => undefined;
    const link = await open(new Promise((resolve) => (answer = resolve)));
    const page = await chromium.page();
    // The driver's other ways into the page wait for the answer.
    await page.addInitScript({
      content: `addEventListener('keydown', ({ key }) => key === 'b' && dispatchEvent(new Event('pageshow')))`,
    });
    await page.goto(link);
    await page.focus('button');
    await page.keyboard.press('Enter');
    await until(() => presses === 1);
    await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await until(() => presses === uses);
    answer();
    await page.waitForSelector('h1:has-text("Checkout")');
    expect(presses).toBe(uses);
    await until(() => redeemed().length === uses);
  });

  test('by keyboard alone, again after coming back, and in another browser', async () => {
    const link = await open();
    const page = await chromium.page();
    await page.goto(link);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:has-text("Checkout")');
    await page.goBack();
    await page.click(BUTTON);
    await page.waitForSelector('h1:has-text("Checkout")');
    const other = await chromium.page();
    await other.goto(link);
    await other.click(BUTTON);
    await other.waitForSelector('h1:has-text("Checkout")');
    expect(redeemed()).toMatchObject([{ uses: 1 }, { uses: 2 }]);
  });

  test('a link that leads nowhere leads to the sale', async () => {
    await open();
    const page = await chromium.page();
    await page.setViewportSize(PHONE);
    await page.goto(`${shop}/winner?fanfare_winner=${'A'.repeat(22)}`);
    await page.click(BUTTON);
    await page.waitForSelector('text=not good, or not any more');
    await expectPresentable(page);
    await page.click('a');
    await page.waitForSelector('text=Join the sale');
  });

  test('another site can neither send the form nor show the page in a frame', async () => {
    const link = await open();
    const foreign = await listen(
      listenerOf('node:http', [
        { path: '/form', use: [html(`<form method="post" action="${link}"><button>Win</button></form>`)] },
        { path: '/frame', use: [html(`<iframe src="${link}"></iframe>`)] },
      ]),
    );
    const site = foreign.replace('127.0.0.1', 'localhost');
    const page = await chromium.page();
    await page.goto(`${site}/form`);
    await page.click('text=Win');
    await page.waitForSelector('text=not good, or not any more');
    await page.goto(`${site}/frame`);
    expect(await page.frames()[1]!.locator('button').count()).toBe(0);
    expect(stage.validations()).toBe(0);
  });
});
