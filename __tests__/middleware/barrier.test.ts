/** Who waits for an attempt that is in the way, for how long, and what they find afterwards. */
import { createHash } from 'node:crypto';
import type { Order } from '../../lib/index.js';
import { Browser, until } from '../support/shop.js';
import { openTimedShop, type TimedShop, Waiting } from '../support/timed-shop.js';

let shop: TimedShop;
let waiting: Waiting;

afterEach(() => shop.close());

async function open(setup: Partial<Parameters<typeof openTimedShop>[0]> = {}): Promise<void> {
  waiting = new Waiting();
  shop = await openTimedShop({ onSubmit: waiting.handler, ...setup });
}

/** A browser whose first submit is in its handler. */
async function busy(): Promise<{ readonly browser: Browser; readonly first: Promise<Response> }> {
  const browser = await shop.admitted({ consumerId: 'cons_1' });
  const first = browser.submit();
  await until(() => waiting.runs.length === 1);
  return { browser, first };
}

async function codeOf(answer: Response): Promise<unknown> {
  return ((await answer.json()) as { code?: string }).code;
}

/** Lets a second submit come to its waiting: it has looked at the row and looks again later. */
async function looking(): Promise<void> {
  const find = shop.ledger.find.bind(shop.ledger);
  let looks = 0;
  shop.ledger.find = (id) => {
    looks += 1;
    return find(id);
  };
  await until(() => looks > 0);
  shop.ledger.find = find;
  await shop.clock.advance(0);
}

test('a second submit of the session waits five seconds, then it is in use', async () => {
  await open();
  const { browser, first } = await busy();
  let answered = false;
  const second = browser.submit();
  void second.then(() => (answered = true));
  await looking();
  await shop.clock.advance(4_800);
  expect(answered).toBe(false);
  await shop.clock.advance(400);
  expect(await codeOf(await second)).toBe('ADMISSION_IN_USE');
  waiting.runs[0]!.res.end();
  await first;
  expect(waiting.runs).toHaveLength(1);
});

test('another session does not wait', async () => {
  await open();
  const { token } = shop.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  const [one, other] = [new Browser(shop.origin), new Browser(shop.origin)];
  for (const browser of [one, other]) await browser.visit(`/checkout?admission_token=${token}`);
  const first = one.submit();
  await until(() => waiting.runs.length === 1);
  expect(await codeOf(await other.submit())).toBe('ADMISSION_IN_USE');
  waiting.runs[0]!.res.end();
  await first;
});

test.each([
  ['was declined', 402, undefined],
  ['went off to payment', 303, 1],
])('a submit that waited until the first one %s goes on', async (_name, status, superseded) => {
  await open();
  const { browser, first } = await busy();
  const second = browser.submit();
  await looking();
  waiting.runs[0]!.res.writeHead(status, { Location: 'https://pay.example/1' }).end();
  await first;
  await shop.clock.advance(200);
  await until(() => waiting.runs.length === 2);
  expect(waiting.runs[1]!.admission.superseded?.number).toBe(superseded);
  waiting.runs[1]!.res.writeHead(402).end();
  expect((await second).status).toBe(402);
});

test("with onPending: 'refuse' a submit that waited finds the payment in its way", async () => {
  await open({ claim: { onPending: 'refuse' } });
  const { browser, first } = await busy();
  const second = browser.submit();
  await looking();
  waiting.runs[0]!.res.writeHead(303, { Location: 'https://pay.example/1' }).end();
  await first;
  await shop.clock.advance(200);
  expect(await codeOf(await second)).toBe('ADMISSION_IN_USE');
});

describe('an attempt nobody knows the outcome of', () => {
  async function unresolved(findOrder: () => Order | undefined | Promise<undefined>): Promise<Browser> {
    await open({ options: { findOrder, pendingSeconds: 61 } });
    const { browser, first } = await busy();
    waiting.runs[0]!.res.end('off to payment');
    await first;
    // The sweep, once a minute, has just been.
    await shop.clock.advance(61_000);
    return browser;
  }

  test('is looked up by the merchant, who is told which attempt it was', async () => {
    const asked: unknown[] = [];
    const browser = await unresolved((...args: unknown[]) => {
      asked.push(args[1]);
      return { orderId: 'order_1' };
    });
    const answer = await browser.submit();
    expect(await answer.json()).toMatchObject({ code: 'ADMISSION_USED', orderId: 'order_1' });
    expect(asked[0]).toMatchObject({ attempt: { number: 1 } });
  });

  test('two submits that look it up at once: one goes on, the other waits for it', async () => {
    let letGo = (): void => undefined;
    let asked = 0;
    const slow = new Promise<undefined>((resolve) => {
      letGo = () => {
        resolve(undefined);
      };
    });
    const browser = await unresolved(() => {
      asked += 1;
      return slow;
    });
    const submits = [browser.submit(), browser.submit()];
    await until(() => asked === 1);
    await shop.clock.advance(0);
    letGo();
    await until(() => waiting.runs.length === 2);
    expect(asked).toBe(1);
    waiting.runs[1]!.res.writeHead(303, { Location: 'https://pay.example/2' }).end();
    await Promise.race(submits);
    await shop.clock.advance(200);
    await until(() => waiting.runs.length === 3);
    expect(waiting.runs[2]!.admission.superseded?.number).toBe(2);
    waiting.runs[2]!.res.end();
    expect((await Promise.all(submits)).map(({ status }) => status).sort()).toEqual([200, 303]);
  });

  test('a lookup that takes too long leaves it in use', async () => {
    let asked = 0;
    const browser = await unresolved(() => {
      asked += 1;
      return new Promise<undefined>(() => undefined);
    });
    const submit = browser.submit();
    await until(() => asked > 0);
    await shop.clock.advance(10_000);
    expect(await codeOf(await submit)).toBe('ADMISSION_IN_USE');
    expect(waiting.runs).toHaveLength(1);
  });
});

test('a token that another admission holds is in use, whoever brings it', async () => {
  await open();
  const drop = { distributionId: 'queue_1', distributionType: 'queue' } as const;
  const { token } = shop.emulator.mint(drop);
  const browser = new Browser(shop.origin);
  await browser.visit(`/checkout?admission_token=${token}`);
  await shop.ledger.claim({
    admission: { ...drop, id: 'another-admission', consumerId: 'cons_other' },
    tokenHash: createHash('sha256').update(token).digest('base64url'),
    sidHash: 'other',
    attemptId: 'other',
    owner: 'other',
    leaseMs: 60_000,
    supersede: false,
    takeUnresolved: false,
  });
  expect(await codeOf(await browser.submit())).toBe('ADMISSION_IN_USE');
  expect(waiting.runs).toHaveLength(0);
});

test('claims that pass each other again and again end, too', async () => {
  await open();
  const browser = await shop.admitted();
  let claims = 0;
  shop.ledger.claim = ({ admission }) => {
    claims += 1;
    const at = shop.clock.now();
    const row = { state: 'free', admission, attempts: claims, createdAt: at, updatedAt: at } as const;
    return Promise.resolve({ outcome: 'refused', row });
  };
  expect(await codeOf(await browser.submit())).toBe('ADMISSION_IN_USE');
  expect(claims).toBe(5);
});
