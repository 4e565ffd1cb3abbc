/** A checkout in a frame of another site, in a real browser that blocks third-party cookies. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Frame, Page } from 'playwright-core';
import { type FanfareOptions, type Ledger, memoryLedger, type Middleware } from '../../lib/index.js';
import { browserScript } from '../support/browser-script.js';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages, listen, listenerOf, openStage, type Stage } from '../support/servers.js';
import { html, listenAs } from '../support/sites.js';

const BUY = 'text=Buy';
/** A cookie such as a frame had before browsers began to block them; it shows that they do. */
const CONTROL = '__Host-control';
const OURS = '__Host-fanfare_admission_';

let stage: Stage;
let ledger: Ledger;
let shop: string;
let parent: string;
/** Where a submit leads first; else the order is made at once. */
let bank: string | undefined;
/** The cookies that came with each submit. */
let submits: string[];

afterEach(closeStages);

/** Helmet's defaults that matter to frames. */
const hardened: Middleware = (_req, res, next) => {
  res.setHeader('Content-Security-Policy', "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'");
  res.setHeader('X-Frame-Options', 'DENY');
  next?.();
};

const setControl: Middleware = (_req, res, next) => {
  res.appendHeader('Set-Cookie', `${CONTROL}=1; Path=/; Secure; SameSite=None`);
  next?.();
};

const checkoutPage = html('<h1>Checkout</h1><form method="post" action="/order"><button>Buy</button></form>');

async function open(options: Partial<FanfareOptions> = {}): Promise<void> {
  ledger = memoryLedger();
  submits = [];
  bank = undefined;
  parent = await listenAs('drops', (req, res) => {
    parentApp(req, res);
  });
  stage = await openStage({
    ...{
      ledger,
      deliveries: 'manual',
      experienceOrigins: [parent],
      orderUrl: (orderId) => `/thanks?${orderId}`,
    },
    session: { secrets: ['a session secret for tests, long enough'], embedded: true },
    ...options,
  });
  const { fanfare } = stage;
  shop = await listenAs(
    'shop',
    listenerOf('Express 5', [
      { use: [hardened, fanfare.attachAdmission()] },
      { mount: '/fanfare', use: [fanfare.routes()] },
      { path: '/checkout', use: [setControl, fanfare.requireAdmission(), checkoutPage] },
      { path: '/order', use: [note, fanfare.claimAdmission(), (req, res) => void placeOrder(req, res)] },
      { path: '/pay/return', use: [fanfare.acceptReturn(), (req, res) => void placeOrder(req, res)] },
      { path: '/embedded.js', use: [browserScript('embedded')] },
      { path: '/thanks', use: [framed, announcing("announceCheckoutComplete('order_1', parents)")] },
      { path: '/experience', use: [framed, announcing('announceCheckoutExpired(parents)')] },
    ]),
  );
}

/** What the handoff page tells merchants to do with the pages that no guard stands before. */
const framed: Middleware = (_req, res, next) => {
  res.removeHeader('X-Frame-Options');
  res.setHeader('Content-Security-Policy', `frame-ancestors ${parent}`);
  next?.();
};

function announcing(call: string): Middleware {
  return (req, res) => {
    const parents = JSON.stringify(['https://other.example', parent]);
    const script = `import * as embedded from '/embedded.js'; const parents = ${parents}; embedded.${call};`;
    html(`<h1>The end</h1><script type="module">${script}</script>`)(req, res);
  };
}

function note(req: IncomingMessage, _res: ServerResponse, next?: () => void): void {
  submits.push(req.headers.cookie ?? '');
  next?.();
}

/** A bank that says yes by itself and sends its form back to the shop. */
function sendBack(req: IncomingMessage, res: ServerResponse): void {
  const back = new URL(req.url ?? '', bank).searchParams.get('back') ?? '';
  html(`<form method="post" action="${back}"></form>
    <script>addEventListener('load', () => document.forms[0].submit())</script>`)(req, res);
}

async function placeOrder(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (bank !== undefined && req.method === 'POST') {
    const back = shop + stage.fanfare.createReturnUrl(req, '/pay/return');
    res.writeHead(303, { Location: `${bank}/?back=${encodeURIComponent(back)}` }).end();
    return;
  }
  await stage.fanfare.completeAdmission(req, { orderId: 'order_1' });
  res.writeHead(303, { Location: '/thanks?order_1' }).end();
}

/** The experience's page: it shows the checkout in a frame, and keeps what it hears. */
function parentApp(req: IncomingMessage, res: ServerResponse): void {
  const { pathname, searchParams } = new URL(req.url ?? '', parent);
  if (pathname === '/embedded.js') {
    browserScript('embedded')(req, res);
    return;
  }
  html(`<iframe id="checkout"></iframe><script type="module">
    import { watchCheckout } from '/embedded.js';
    const frame = document.getElementById('checkout');
    globalThis.heard = [];
    globalThis.stop = watchCheckout(frame, {
      origin: '${shop}',
      onComplete: (order) => heard.push(order),
      onExpired: () => heard.push('expired'),
    });
    // A frame that is refused says so at once.
    frame.src = ${JSON.stringify(searchParams.get('frame') ?? '')};
  </script>`)(req, res);
}

async function frameOf(page: Page, src: string, around = parent): Promise<Frame> {
  await page.goto(`${around}/?frame=${encodeURIComponent(src)}`);
  const element = await page.waitForSelector('#checkout');
  return (await element.contentFrame())!;
}

function heardBy(page: Page): Promise<unknown> {
  return page.evaluate('heard');
}

async function rows(): Promise<readonly string[]> {
  const states = ['free', 'active', 'pending', 'unresolved', 'ordered'] as const;
  return (await ledger.list({ states, limit: 9 })).map(({ state }) => state);
}

function checkout(): string {
  return `${shop}/checkout?admission_token=${stage.token()}`;
}

describeWithChromium('a checkout in a frame of another site', (chromium) => {
  beforeEach(() => open());

  test('goes from the handoff to the order, and tells the page around; third-party cookies are blocked', async () => {
    const page = await chromium.page();
    await page.goto(`${shop}/checkout`);
    expect((await page.context().cookies(shop)).map(({ name }) => name)).toEqual([CONTROL]);
    const frame = await frameOf(page, checkout());
    await frame.waitForSelector(BUY);
    expect(frame.url()).toBe(`${shop}/checkout`);
    await frame.click(BUY);
    await page.waitForFunction('heard.length > 0');
    expect([await heardBy(page), await rows()]).toEqual([[{ orderId: 'order_1' }], ['ordered']]);
    expect(submits).toEqual([expect.stringContaining(OURS)]);
    expect(submits[0]).not.toContain(CONTROL);
  });

  test('has a session of its own: the shop in a window of its own keeps the control cookie, and holds no admission', async () => {
    const page = await chromium.page();
    await (await frameOf(page, checkout())).waitForSelector(BUY);
    const top = await page.context().newPage();
    await top.goto(`${shop}/checkout`);
    expect(top.url()).toBe(`${shop}/experience?fanfare=required`);
    const kept = (await page.context().cookies(shop)).map(({ name, partitionKey }) => [
      name.slice(0, 14),
      partitionKey !== undefined,
    ]);
    expect(kept).toEqual(
      expect.arrayContaining([
        [CONTROL, false],
        ['__Host-fanfare', true],
      ]),
    );
  });

  test('is over: the refused page says so to the page around', async () => {
    const page = await chromium.page();
    await frameOf(page, `${shop}/checkout`);
    await page.waitForFunction('heard.length > 0');
    expect(await heardBy(page)).toEqual(['expired']);
  });

  test('takes the page around’s handoff, which lands in the same partition', async () => {
    const page = await chromium.page();
    await frameOf(page, 'about:blank');
    const handoff = { url: `${shop}/fanfare/admission`, body: JSON.stringify({ grant: stage.token() }) };
    const status = await page.evaluate(async ({ url, body }) => {
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(url, { method: 'POST', credentials: 'include', headers, body })).status;
    }, handoff);
    expect(status).toBe(200);
    const frame = await page.waitForSelector('#checkout').then((element) => element.contentFrame());
    await frame!.goto(`${shop}/checkout`);
    expect(await frame!.textContent('h1')).toBe('Checkout');
  });

  test('goes to the bank and back, all inside the frame', async () => {
    bank = await listenAs('bank', sendBack);
    const page = await chromium.page();
    const frame = await frameOf(page, checkout());
    await frame.click(BUY);
    await page.waitForFunction('heard.length > 0');
    expect([await heardBy(page), await rows()]).toEqual([[{ orderId: 'order_1' }], ['ordered']]);
    expect(stage.events).toContainEqual(expect.objectContaining({ type: 'claim.pending' }));
  });

  test('is shown in no frame of a site that is not listed', async () => {
    const page = await chromium.page();
    const evil = await listenAs('evil', (req, res) => {
      parentApp(req, res);
    });
    const refused = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    const frame = await frameOf(page, checkout(), evil);
    await refused;
    expect(await frame.locator(BUY).count()).toBe(0);
  });

  test('takes no submit of a stranger’s page, although its cookie comes along', async () => {
    const page = await chromium.page();
    await page.goto(checkout());
    await page.waitForSelector(BUY);
    const form = `<form method="post" action="${shop}/order"></form><script>document.forms[0].submit()</script>`;
    await page.goto(await listenAs('evil', html(form)));
    await page.waitForURL(`${shop}/experience?fanfare=required`);
    expect([submits, await rows()]).toEqual([[expect.stringContaining(OURS)], []]);
    // In a window of its own the browser blocks neither.
    expect(submits[0]).toContain(CONTROL);
  });
});

/** The page around listens from here on; what is returned resolves when it has been sent one more message, believed or not. */
async function nextMessage(page: Page): Promise<() => Promise<unknown>> {
  // A frame of another site is a process of its own, whose message does not wait for what the driver has asked of this one.
  await page.evaluate(`globalThis.told = new Promise((resolve) => {
    addEventListener('message', () => resolve('told'), { once: true });
  }); undefined`);
  return () => page.evaluate('told');
}

describeWithChromium('the page around a checkout', (chromium) => {
  let page: Page;
  let frame: Frame;

  beforeEach(async () => {
    await open();
    page = await chromium.page();
    frame = await frameOf(page, checkout());
    await frame.waitForSelector(BUY);
  });

  /** From the frame, by what stands there. */
  function send(message: unknown): Promise<unknown> {
    return frame.evaluate(`parent.postMessage(${JSON.stringify(message)}, ${JSON.stringify(parent)})`);
  }

  test('does not believe another frame, though it shows the shop', async () => {
    const told = await nextMessage(page);
    const src = JSON.stringify(`${shop}/thanks?order_1`);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: ${src} }))`,
    );
    expect([await told(), await heardBy(page)]).toEqual(['told', []]);
  });

  test('does not believe its frame once that shows another origin', async () => {
    const forged = `parent.postMessage({ type: 'checkout-complete', orderId: 'forged' }, '*')`;
    const told = await nextMessage(page);
    await frame.goto(await listenAs('evil', html(`<script>${forged}</script>`)));
    expect([await told(), await heardBy(page)]).toEqual(['told', []]);
  });

  test('makes nothing of odd messages, and stops when it is told to', async () => {
    const odd = [
      null,
      'checkout-complete',
      { type: 'checkout-complete' },
      { type: 'checkout-complete', orderId: 1 },
    ];
    for (const message of odd) await send(message);
    await send({ type: 'checkout-expired' });
    await page.waitForFunction('heard.length > 0');
    expect(await heardBy(page)).toEqual(['expired']);
    await page.evaluate('stop()');
    const told = await nextMessage(page);
    await send({ type: 'checkout-expired' });
    expect([await told(), await heardBy(page)]).toEqual(['told', ['expired']]);
  });

  test.each(['*', '/', '', 'null', 'https://a.example/', 'https://a.example/path'])(
    'and its frame take exact origins only, not "%s"',
    async (origin) => {
      const outcomes = await page.evaluate(`import('/embedded.js').then((embedded) => {
        const origin = ${JSON.stringify(origin)};
        const calls = [
          () => embedded.announceCheckoutComplete('order_1', [origin]),
          () => embedded.announceCheckoutExpired([origin]),
          () => embedded.watchCheckout(document.getElementById('checkout'), { origin }),
        ];
        return calls.map((call) => {
          try {
            call();
            return 'taken';
          } catch (error) {
            return error.name;
          }
        });
      })`);
      expect(outcomes).toEqual(['TypeError', 'TypeError', 'TypeError']);
    },
  );
});

describeWithChromium('an experience on another origin', (chromium) => {
  /** What a page of the experience does with the grant; resolves to the answer, or to the browser's refusal. */
  async function handOver(page: Page): Promise<unknown> {
    const handoff = { url: `${shop}/fanfare/admission`, body: JSON.stringify({ grant: stage.token() }) };
    return page.evaluate(async ({ url, body }) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', credentials: 'include', headers, body }).catch(
        String,
      );
      if (typeof answer === 'string') return answer;
      const { code } = (await answer.json()) as { code?: string };
      return [answer.status, code];
    }, handoff);
  }

  const page = html('<h1>Experience</h1>');
  const session = { secrets: ['a session secret for tests, long enough'] };

  async function visit(name: string, listed = true): Promise<Page> {
    const experience = await listenAs(name, (req, res) => {
      page(req, res);
    });
    await open({ session, experienceOrigins: [listed ? experience : 'https://drops.example'] });
    const visitor = await chromium.page();
    await visitor.goto(experience);
    return visitor;
  }

  test('of the same site hands over, and the checkout is open', async () => {
    const visitor = await visit('drops.shop');
    expect(await handOver(visitor)).toEqual([200, undefined]);
    await visitor.goto(`${shop}/checkout`);
    expect(await visitor.textContent('h1')).toBe('Checkout');
  });

  test('of another site is told why not; one that is not listed is told nothing', async () => {
    const visitor = await visit('elsewhere');
    expect(await handOver(visitor)).toEqual([403, 'ADMISSION_REQUIRED']);
    const stranger = await visit('drops.shop', false);
    expect(await handOver(stranger)).toMatch(/^TypeError/);
    for (const each of [visitor, stranger]) expect(await each.context().cookies()).toEqual([]);
  });

  test('that is a stranger’s plants nothing with a form', async () => {
    await open({ session, experienceOrigins: ['https://drops.example'] });
    const body = JSON.stringify({ grant: stage.token(), x: '' });
    const form = `<form method="post" enctype="text/plain" action="${shop}/fanfare/admission">
      <input name='${body.replace('""}', '"')}' value='"}'></form><script>document.forms[0].submit()</script>`;
    const visitor = await chromium.page();
    await visitor.goto(await listen(html(form)));
    await visitor.waitForURL((url) => url.origin === shop);
    expect(await visitor.context().cookies()).toEqual([]);
    expect(stage.validations()).toBe(0);
  });
});
