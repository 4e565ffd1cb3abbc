/** One journey per dialect and type: handoff, checkout, order, and Fanfare hears of it in that dialect's own words. */
import { randomUUID } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { DISTRIBUTION_TYPES } from '../../lib/admission/identity.js';
import { createEmulator } from '../../lib/emulator/index.js';
import {
  type Admission,
  type ApiOptions,
  createFanfare,
  type Dialect,
  type DialectName,
  DIALECTS,
  FanfareError,
  memoryLedger,
  type Question,
  type ValidateFunction,
} from '../../lib/index.js';
import {
  Browser,
  type Handler,
  openShop,
  SECRET,
  type Shop,
  type ShopSetup,
  until,
} from '../support/shop.js';

const PREFIXES: Readonly<Record<DialectName, string>> = {
  gateway: '',
  'consumer-v1': '/api/v1',
  consumer: '/api',
  admission: '',
};
const WHOLE = Object.values(DIALECTS).flatMap((dialect) =>
  DISTRIBUTION_TYPES.filter((type) => dialect.validate[type] && dialect.complete[type]).map(
    (type) => [dialect.name as DialectName, type] as const,
  ),
);

const emulator = createEmulator();
let url: string;
let shop: Shop | undefined;

beforeAll(async () => {
  ({ url } = await emulator.listen());
});
afterEach(async () => {
  emulator.faults.clear();
  await shop?.close();
  shop = undefined;
});
afterAll(() => emulator.close());

const order: Handler = async (req, res, fanfare) => {
  await fanfare.completeAdmission(req, { orderId: 'order_1', amount: '5.00', currency: 'EUR' });
  res.writeHead(201).end();
};

async function open(api: ApiOptions, setup: Partial<ShopSetup> = {}): Promise<Shop> {
  shop = await openShop({ emulator, onSubmit: order, ...setup, options: { api, ...setup.options } });
  return shop;
}

const isDelivered = ({ events }: Shop): boolean => events.some(({ type }) => type === 'completion.delivered');

/** A handoff with an opaque token and the ids beside it. */
function handoff(browser: Browser, fields: object): Promise<Response> {
  return browser.send('/fanfare/admission', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
}

test.each(WHOLE)('%s, %s', async (name, type) => {
  const api = { baseUrl: url + PREFIXES[name], dialect: name };
  const { events } = await open(api, { claim: { distributionTypes: [type] } });
  const distributionId = `${type}_of_${name}`;
  const browser = await shop!.admitted({ distributionId, distributionType: type as 'queue' });
  expect((await browser.visit('/checkout')).status).toBe(200);
  expect((await browser.submit()).status).toBe(201);
  await until(() => isDelivered(shop!));
  const admission = emulator.admissions().find((one) => one.distributionId === distributionId);
  expect(admission).toMatchObject({ state: 'completed', completion: { effects: 1 } });
  const completions = emulator
    .requests()
    .filter(({ path, kind }) => kind === 'complete' && path.includes(`/${distributionId}/`));
  expect(completions.map(({ path }) => path.startsWith(PREFIXES[name]))).toEqual([true]);
  expect(events.filter(({ level }) => level !== 'info')).toEqual([]);
});

test('a merchant’s own dialect, every part of it', async () => {
  const own: Dialect = {
    name: 'own',
    baseUrl: `${url}/api`,
    authenticate: ({ secretKey }) => ({ Authorization: `Bearer ${secretKey}` }),
    proofField: 'grant',
    metadata: ({ order: { orderId } }) => ({ orderId }),
    validate: {
      queue: {
        path: '/queues/{id}/validate',
        body: ({ consumerId, token }) => ({ consumerId, admissionGrant: token }),
        read: ({ status, body }) => status === 200 && body === true,
      },
    },
    complete: {
      queue: {
        path: '/queues/{id}/complete',
        read: ({ body }) => (body as { status: string }).status === 'COMPLETED',
      },
    },
  };
  await open({ dialect: own, baseUrl: `${url}/api` });
  const browser = await shop!.admitted();
  expect((await browser.submit()).status).toBe(201);
  await until(() => isDelivered(shop!));
});

describe('what the dialect has no operation for', () => {
  const appointment = {
    distributionType: 'appointment',
    distributionId: 'appointment_1',
    consumerId: 'cons_1',
  };

  test('works with the merchant’s own functions: a booked slot', async () => {
    const told: string[] = [];
    const asked: Question[] = [];
    await open(
      {
        baseUrl: url,
        validate: (question) => {
          asked.push(question);
          return { valid: question.token === 'CONFIRMED-42', expiresAt: Date.now() + 600_000 };
        },
        complete: ({ order: { orderId }, consumerId }) => told.push(`${orderId} ${consumerId}`) > 0,
      },
      { claim: { distributionTypes: ['appointment'] } },
    );
    const browser = new Browser(shop!.origin);
    expect((await handoff(browser, { admissionGrant: 'OTHER-CODE', ...appointment })).status).toBe(403);
    expect((await handoff(browser, { admissionGrant: 'CONFIRMED-42', ...appointment })).status).toBe(200);
    expect((await browser.submit()).status).toBe(201);
    await until(() => isDelivered(shop!));
    expect(told).toEqual(['order_1 cons_1']);
    // Refused once, admitted once, and validated afresh at submit.
    expect(asked.map(({ token }) => token)).toEqual(['OTHER-CODE', 'CONFIRMED-42', 'CONFIRMED-42']);
  });

  test.each<[string, ValidateFunction]>([
    [
      'throws',
      () => {
        throw new Error('their database is down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('their database is down'))],
    ['answers neither', () => 'yes' as unknown as boolean],
  ])('a function that %s could not tell: 503, and nobody is admitted', async (_name, validate) => {
    await open({ baseUrl: url, validate });
    const answer = await handoff(new Browser(shop!.origin), {
      admissionGrant: 'CONFIRMED-42',
      ...appointment,
    });
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('database');
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('without one: 503 for the shopper, and the event says what to do', async () => {
    await open({ baseUrl: `${url}/api`, dialect: 'consumer' });
    const { token } = emulator.mint({ distributionId: 'auction_1', distributionType: 'auction' });
    for (let visit = 0; visit < 2; visit += 1) {
      const answer = await handoff(new Browser(shop!.origin), { admissionGrant: token });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: 'FANFARE_UNAVAILABLE' });
    }
    const accusations = shop!.events.filter(({ type }) => type === 'fanfare.misconfigured');
    expect(accusations).toHaveLength(1);
    expect(accusations[0]).toMatchObject({
      reason:
        'the dialect "consumer" has no "validate" for auction: give "api.validate", or an "api.dialect" that has one',
    });
  });

  test('a completion is retried and says so, and no other type waits for it', async () => {
    await open({ baseUrl: `${url}/api`, dialect: 'consumer' });
    const { fanfare, events, ledger } = shop!;
    for (let index = 0; index < 30; index += 1) {
      const ids = {
        distributionType: 'auction',
        distributionId: 'auction_1',
        consumerId: `cons_${String(index)}`,
      } as const;
      await fanfare.completeAdmission(ids, { orderId: `order_a${String(index)}` });
    }
    await until(() => events.filter(({ type }) => type === 'completion.retry').length === 30);
    const { consumerId } = emulator.mint({ distributionId: 'queue_9', distributionType: 'queue' });
    const ids = { distributionType: 'queue', distributionId: 'queue_9', consumerId } as const;
    await fanfare.completeAdmission(ids, { orderId: 'order_q' });
    await until(() => isDelivered(shop!));
    expect(events.map(({ type }) => type)).not.toContain('deliveries.paused');
    expect(events.map(({ type }) => type)).not.toContain('completion.dead');
    expect(events.filter(({ type }) => type === 'fanfare.misconfigured')).toHaveLength(1);
    expect(await ledger.takeDue(40, 1_000)).toHaveLength(0);
  });

  test.each([
    ['requireAdmission', 'auction', /"consumer" has no "validate" for auction: give "api\.validate"/],
    ['claimAdmission', 'timed_release', /no "validate" for timed_release/],
    ['claimAdmission', 'appointment', /no "validate" for appointment/],
  ] as const)('%s for %s throws when the route is made', async (guard, type, message) => {
    const { fanfare } = await open({ baseUrl: `${url}/api`, dialect: 'consumer' });
    const make = (): unknown => fanfare[guard]({ distributionTypes: ['queue', type] });
    expect(make).toThrow(FanfareError);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'NOT_IN_DIALECT', status: 500 }) as Error);
    expect(fanfare[guard]({ distributionTypes: ['queue', 'draw'] })).toBeInstanceOf(Function);
  });

  test('a claim needs a completion as well, a page does not', async () => {
    const { fanfare } = await open({ baseUrl: url, validate: () => true });
    expect(fanfare.requireAdmission({ distributionTypes: ['appointment'] })).toBeInstanceOf(Function);
    expect(() => fanfare.claimAdmission({ distributionTypes: ['appointment'] })).toThrow(
      /has no "complete" for appointment: give "api\.complete"/,
    );
  });
});

describe('what else a server asks', () => {
  const item = { productId: randomUUID(), variantId: randomUUID(), quantity: 1, currencyCode: 'EUR' };
  const addresses = { successUrl: 'https://shop.example/ok', cancelUrl: 'https://shop.example/no' };

  test('a denied admission buys nothing any more', async () => {
    await open({ baseUrl: `${url}/api`, dialect: 'consumer' });
    const browser = await shop!.admitted();
    const admission = (await (await browser.visit('/checkout')).json()) as Admission;
    await shop!.fanfare.deny(admission, 'BOT_DETECTED');
    expect(await (await browser.submit()).json()).toMatchObject({ code: 'ADMISSION_INVALID' });
  });

  describe('who was denied', () => {
    let browser: Browser;
    let admission: Admission;

    beforeEach(async () => {
      await open({ baseUrl: `${url}/api`, dialect: 'consumer' });
      browser = await shop!.admitted();
      admission = (await (await browser.visit('/checkout')).json()) as Admission;
    });

    const away = (): void => {
      emulator.faults.set({ on: 'any', kind: 'status', status: 503 });
    };

    test('buys nothing in an outage that comes afterwards', async () => {
      const ahead = { ...admission, admittedAt: Date.now() + 60_000 };
      await shop!.fanfare.deny(ahead, 'BOT_DETECTED');
      away();
      expect(await (await browser.submit()).json()).toMatchObject({ code: 'ADMISSION_INVALID' });
    });

    test('buys nothing in the outage in which Fanfare could not be told, and the shop is told that', async () => {
      away();
      const denial = shop!.fanfare.deny(admission, 'BOT_DETECTED');
      await expect(denial).rejects.toMatchObject({ code: 'FANFARE_UNAVAILABLE' });
      expect(await (await browser.submit()).json()).toMatchObject({ code: 'ADMISSION_INVALID' });
    });

    test('buys all the same where Fanfare has refused the denial', async () => {
      emulator.faults.set({ on: 'deny', kind: 'status', status: 404 });
      const denial = shop!.fanfare.deny(admission, 'BOT_DETECTED');
      await expect(denial).rejects.toMatchObject({ code: 'FANFARE_REFUSED' });
      emulator.faults.clear();
      expect((await browser.submit()).status).toBe(201);
    });
  });

  test('Fanfare’s own payment page, for the admission on the request', async () => {
    const api = { baseUrl: `${url}/api`, dialect: 'consumer' } as const;
    await open(api, {
      onSubmit: async (req, res, fanfare) => {
        const session = await fanfare.checkout.create({ req, ...item, ...addresses });
        res.setHeader('Content-Type', 'application/json').end(JSON.stringify(session));
      },
    });
    const browser = await shop!.admitted({ distributionId: randomUUID() });
    const session = (await (await browser.submit()).json()) as { orderId: string; checkoutUrl: string };
    expect(session.checkoutUrl).toContain(session.orderId);
    const { checkout } = shop!.fanfare;
    expect(await checkout.refund({ orderId: session.orderId, amount: '5.00' })).toMatchObject({
      success: true,
    });
    expect(await checkout.cancel({ orderId: randomUUID() })).toMatchObject({ success: false });
  });

  test('for a request without an admission there is nothing to pay for', async () => {
    await open({ baseUrl: url, checkoutBaseUrl: `${url}/api` });
    const none = new IncomingMessage(new Socket());
    await expect(shop!.fanfare.checkout.create({ req: none, ...item, ...addresses })).rejects.toMatchObject({
      code: 'ADMISSION_REQUIRED',
    });
  });

  test('a login of the shop’s own becomes Fanfare’s, once', async () => {
    await open({ baseUrl: url });
    const user = {
      provider: 'okta',
      issuer: 'https://id.example',
      subject: '7',
      claims: { email: 'a@b.example' },
    };
    const { exchangeCode, resolution } = await shop!.fanfare.authorizeExternal(user);
    expect(resolution).toBe('created');
    const exchange = (): Promise<Response> =>
      fetch(`${url}/api/auth/external/exchange`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Publishable-Key': emulator.publishableKey },
        body: JSON.stringify({ exchangeCode }),
      });
    expect(await (await exchange()).json()).toMatchObject({ session: { type: 'authenticated' } });
    expect((await exchange()).status).toBe(401);
    expect(await shop!.fanfare.authorizeExternal(user)).toMatchObject({ resolution: 'existing' });
    expect(JSON.stringify(shop!.events)).not.toContain('exc_');
  });

  test('a wrong address of the Checkout API throws when the app starts', () => {
    const options = { organizationId: 'org_1', secretKey: 'sk_test_12345', session: { secrets: [SECRET] } };
    const api = { checkoutBaseUrl: 'http://checkout.fanfare.io/api' };
    expect(() => createFanfare({ ...options, ledger: memoryLedger(), api })).toThrow(
      /"api\.checkoutBaseUrl" must be/,
    );
  });
});
