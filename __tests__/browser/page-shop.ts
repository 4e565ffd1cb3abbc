/** A shop with pages under a strict policy: the experience hands over, the checkout counts down and guards its form. */
import type { Page } from 'playwright-core';
import express, { type RequestHandler } from 'express';
import type { MintOptions } from '../../lib/emulator/index.js';
import type { FanfareOptions } from '../../lib/index.js';
import type { Chromium } from '../support/chromium.js';
import { ManualClock } from '../support/manual-clock.js';
import { DROP, listen, openStage, type Stage } from '../support/servers.js';

export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export interface PageShopSetup {
  readonly options?: Partial<FanfareOptions>;
  /** Attributes of the countdown. */
  readonly countdown?: string;
  /** What stands in the checkout's form. */
  readonly form?: string;
  /** The body of the page's own script, a module. */
  readonly script?: string;
  /** Before the routes: to make them fail. */
  readonly before?: RequestHandler;
  /** Places the order. Default: makes the order of that admission and leads to it. */
  readonly onSubmit?: RequestHandler;
}

export interface PageShop extends Stage {
  readonly clock: ManualClock;
  readonly origin: string;
  /** Every request the shop got, as `GET /path`. */
  readonly asked: string[];
  /** Brings a browser with an admission to the checkout. */
  admit(page: Page, mint?: Partial<MintOptions>): Promise<void>;
}

const html = (body: string): string => `<!doctype html><html lang="en"><title>Shop</title>${body}`;
const SCRIPT = '<script type="module" src="/fanfare/checkout.js"';

export async function openPageShop(setup: PageShopSetup = {}): Promise<PageShop> {
  const clock = new ManualClock(Date.now());
  const orderUrl = (orderId: string): string => `/orders/${orderId}`;
  const stage = await openStage({ orderUrl, ...setup.options }, { clock });
  const asked: string[] = [];
  const origin = await listen(shopApp(stage, asked, setup));
  return {
    ...{ ...stage, clock, origin, asked },
    admit: async (page, mint) => {
      await page.goto(`${origin}/checkout?admission_token=${stage.token(mint)}`);
    },
  };
}

function shopApp({ fanfare }: Stage, asked: string[], setup: PageShopSetup): express.Express {
  const { countdown = '', form = '<button name="pay" value="card">Pay</button>', script = '' } = setup;
  const app = express();
  app.set('env', 'test');
  app.use((req, res, next) => {
    asked.push(`${req.method} ${req.originalUrl}`);
    res.set('Content-Security-Policy', POLICY);
    next();
  });
  if (setup.before !== undefined) app.use(setup.before);
  app.use(express.urlencoded({ extended: false }), fanfare.attachAdmission());
  app.use('/fanfare', fanfare.routes());
  app.get('/page.js', (_req, res) => res.type('text/javascript').send(script));
  app.get('/experience', (_req, res) =>
    res.send(html(`<h1>Experience</h1>${SCRIPT} data-checkout-url="/checkout"></script>`)),
  );
  app.get('/plain', (_req, res) => res.send(html('<h1>Plain</h1>')));
  app.get('/orders/:id', (req, res) => res.send(html(`<h1>Order ${req.params.id}</h1>`)));
  app.get('/checkout', fanfare.requireAdmission(), (_req, res) =>
    res.send(
      html(`<h1>Checkout</h1><fanfare-countdown ${countdown}></fanfare-countdown>
        <form method="post" data-fanfare-checkout><input name="card">${form}</form><a href="/plain">Away</a>
        ${SCRIPT}></script><script type="module" src="/page.js"></script>`),
    ),
  );
  app.post('/checkout', fanfare.claimAdmission(), setup.onSubmit ?? placeOrder(fanfare));
  return app;
}

/** Makes `order_1` and leads to it. */
export function placeOrder(fanfare: Stage['fanfare']): RequestHandler {
  return async (req, res) => {
    await fanfare.completeAdmission(req, { orderId: 'order_1' });
    res.redirect(303, '/orders/order_1');
  };
}

/** What the page's policy kept out, and what its scripts threw. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  return faults;
}

/** A browser with an admission at the checkout of a shop, its countdown running. */
export async function openCheckout(
  chromium: Chromium,
  setup: PageShopSetup,
): Promise<{ shop: PageShop; page: Page; faults: string[] }> {
  const shop = await openPageShop(setup);
  const page = await chromium.page();
  const faults = faultsOf(page);
  await shop.admit(page);
  await page.locator('fanfare-countdown[state]').waitFor();
  return { shop, page, faults };
}

/** How many orders were sent. */
export const posts = ({ asked }: PageShop): number =>
  asked.filter((line) => line === 'POST /checkout').length;

export const standing = (page: Page): Promise<string | null> =>
  page.locator('form').getAttribute('data-fanfare-checkout');

/** What the page shows of its order. */
export const outcome = async (page: Page): Promise<string> => {
  await page.waitForFunction(() => document.title !== 'Shop');
  return page.title();
};

/** Lets everything that the page has sent arrive. */
export const settled = (page: Page): Promise<unknown> =>
  page.evaluate(() => fetch('/plain').then((answer) => answer.text()));

/** 204 leaves the browser on the page, as it is while an answer is awaited. */
export const STAY: RequestHandler = (_req, res) => {
  res.status(204).end();
};

export { DROP };
