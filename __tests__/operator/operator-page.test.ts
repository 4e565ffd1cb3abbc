/** Who may see the operator's page, what it shows, and what its forms do. */
import { createRequire } from 'node:module';
import express from 'express';
import { Jar } from '../support/jar.js';
import { closeStages, DROP, parsing, SECRET, SERVERS } from '../support/servers.js';
import { dead, deadEvent, formTokenIn, openRig, type Rig, send, waiting } from './rig.js';

afterEach(closeStages);

const express4 = createRequire(__filename)('express4') as typeof express;

async function pageOf({ browser }: Rig, query = ''): Promise<string> {
  const answer = await browser.visit(`/operator${query}`);
  expect(answer.status).toBe(200);
  return answer.text;
}

/** The number on a tile. */
function tile(page: string, title: string): string | undefined {
  return new RegExp(`<dt>${title}</dt><dd><p class="number">([^<]*)<`).exec(page)?.[1];
}

describe('who may see it', () => {
  test.each([
    ['nothing at all', undefined],
    ['no function', { authorize: true }],
    ['no `authorize`', {}],
    ['a misspelt option', { authorize: () => true, authorise: () => true }],
  ])('%s: it is not even mounted', async (_what, options) => {
    const { stage } = await openRig();
    expect(() => stage.fanfare.operatorPage(options as never)).toThrow(TypeError);
  });

  test.each(SERVERS)('on %s, nobody but who is let in learns that there is something', async (kind) => {
    const answers: unknown[] = [
      false,
      undefined,
      'true',
      1,
      {},
      Promise.resolve(false),
      Promise.resolve('yes'),
    ];
    const rig = await openRig(() => answers.shift() as boolean, { kind });
    await dead(rig, 'one');
    while (answers.length > 0) {
      const method = answers.length % 2 === 0 ? 'GET' : 'POST';
      const answer = await rig.browser.send('/operator', { method });
      expect([answer.status, answer.text, answer.setCookies]).toEqual([404, 'Not found', []]);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no login');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no login'))],
  ])(
    'what `authorize` %s goes to the shop’s error handler',
    async (_what, authorize: () => Promise<never>) => {
      const { browser } = await openRig(authorize);
      const answer = await browser.visit('/operator');
      expect([answer.status, answer.text]).toEqual([500, 'fault: no login']);
    },
  );

  test('`authorize` is asked for each request, and a promise of true will do', async () => {
    const asked: (string | undefined)[] = [];
    const rig = await openRig((req) => {
      asked.push(req.method);
      return Promise.resolve(true);
    });
    await pageOf(rig);
    await send(rig.browser, {});
    expect(asked).toEqual(['GET', 'POST']);
  });
});

describe('what it shows', () => {
  test('it is kept nowhere, framed nowhere, and loads and runs nothing', async () => {
    const { browser } = await openRig();
    const { headers, text } = await browser.visit('/operator');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(text).not.toMatch(/<script|\son\w+=|style=|src=|href="(?!\?)/);
    const head = await browser.send('/operator', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await browser.send('/operator', { method: 'PUT' })).status).toBe(405);
  });

  test('a sale from the first shopper on, without a token, key or cookie', async () => {
    const rig = await openRig();
    const shopper = new Jar(rig.browser.origin);
    const token = rig.stage.token();
    await shopper.visit('/checkout');
    await shopper.visit(`/checkout?admission_token=${token}`);
    await shopper.send('/checkout', { method: 'POST' });
    const page = await pageOf(rig);
    expect([tile(page, 'Ordered'), tile(page, 'Waiting'), tile(page, 'Dead')]).toEqual(['1', '1', '0']);
    for (const plot of ['Admitted', 'Checkouts begun', 'Ordered', 'Refused'])
      expect(page).toContain(`aria-label="${plot}: 1 in the last 60 minutes`);
    expect(page).toContain('<code>ADMISSION_REQUIRED</code>');
    expect(page).toContain('order_bought');
    const secrets = [
      token,
      'sk_test_emulator',
      SECRET,
      ...shopper.cookies.values(),
      ...rig.browser.cookies.values(),
    ];
    expect(secrets.length).toBe(5);
    for (const secret of secrets) expect(page).not.toContain(secret);
  });

  test('the whole shop: what other processes and earlier days have left in the ledger', async () => {
    const rig = await openRig();
    await waiting(rig, 'old');
    const late = await waiting(rig, 'late');
    await rig.clock.advance(25 * 3_600_000);
    const taken = await rig.ledger.take(late, 1_000);
    await rig.ledger.settleDelivery(late, taken!.leaseId, { to: 'delivered' });
    await waiting(rig, 'new');
    await dead(rig, 'lost');
    const page = await pageOf(rig);
    const titles = ['In checkout', 'Ordered', 'Delivered', 'Waiting', 'Dead', 'Unresolved'];
    expect(titles.map((title) => tile(page, title))).toEqual(['0', '2', '1', '2', '1', '0']);
    expect(page).toContain('<title>(1 dead) The sale</title>');
  });

  test('what was handed in by others is text, whatever it holds', async () => {
    const rig = await openRig();
    await waiting(rig, 'evil', '"><script>alert(1)</script>');
    const page = await pageOf(rig, `?search=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`);
    expect(page).not.toMatch(/<script|<img/);
    expect(page).toContain('&#34;&#62;&#60;script&#62;');
  });

  test.each([['order_two'], ['cons_two'], ['adm_two']])('found by %s', async (name) => {
    const rig = await openRig();
    await rig.stage.fanfare.completeAdmission({ ...DROP, consumerId: 'cons_one' }, { orderId: 'order_one' });
    await waiting(rig, 'two');
    const page = await pageOf(rig, `?search=${name}`);
    const [, found = ''] = page.split(`<h2>Found for “${name}”`);
    expect(found.split('</section>')[0]).toContain('adm_two');
    expect(found.split('</section>')[0]).not.toContain('order_one');
    expect(await pageOf(rig, '?search=nobody')).toContain('The ledger knows nothing by this id');
  });

  test('webhook events that were given up, where there are some', async () => {
    const rig = await openRig();
    expect(await pageOf(rig)).not.toMatch(/webhook events|Dead events/);
    await deadEvent(rig, 'evt_1');
    await rig.clock.advance(2 * 3_600_000);
    const page = await pageOf(rig);
    expect(tile(page, 'Dead events')).toBe('1');
    expect(page).toContain('<title>(1 dead) The sale</title>');
    const [, section = ''] = page.split('<h2>Dead webhook events</h2>');
    expect(section).toContain('<b>shopify</b><br><code>evt_1</code>');
    expect(section).toContain('do complete, orderId order_evt_1, id adm_evt_1');
    expect(section).toContain('The orders &#60;could&#62; not be read');
    expect(section).toMatch(/dead for 2 h, kept until \d+ Feb 2027/);
    for (let number = 10; number < 36; number += 1) await deadEvent(rig, `evt_${String(number)}`);
    const full = await pageOf(rig);
    expect(full).toContain('evt_33');
    expect(full).not.toContain('evt_34');
    expect(full).toContain('There are more: these are the oldest.');
    expect(full).toContain('or more, of webhooks');
  });

  test('lists are paged, and bad numbers are the first page', async () => {
    const rig = await openRig();
    for (let number = 10; number < 36; number += 1) await dead(rig, String(number));
    const first = await pageOf(rig, '?dead=-1');
    expect(first).toContain('order_34');
    expect(first).not.toContain('order_35');
    expect(first).toContain('href="?dead=2"');
    const second = await pageOf(rig, '?dead=2');
    expect(second).toContain('order_35');
    expect(second).not.toContain('order_34');
    expect(second).not.toContain('dead=3');
  });

  test('it refreshes by itself where that was asked for, and not otherwise', async () => {
    const { browser } = await openRig();
    expect((await browser.visit('/operator')).headers['refresh']).toBeUndefined();
    const answer = await browser.visit('/operator?refresh=on&dead=2&done=discarded');
    expect(answer.headers['refresh']).toBe('30; url=?dead=2&refresh=on');
  });

  test('without its ledger it still says what this process knows', async () => {
    const rig = await openRig();
    rig.ledger.count = () => Promise.reject(new Error('the disk is away'));
    const page = await pageOf(rig);
    expect(page).toContain('The ledger does not answer');
    expect(page).toContain('ledger.unavailable');
    expect(page).toContain('Minute by minute');
    expect(page).not.toContain('Dead completions');
  });

  test('how it stands: an outage of Fanfare is seen', async () => {
    const rig = await openRig();
    expect(await pageOf(rig)).toContain('Asked as usual');
    rig.stage.emulator.faults.set({ kind: 'status', status: 429, retryAfterSeconds: 20, on: 'validate' });
    await new Jar(rig.browser.origin).visit(`/checkout?admission_token=${rig.stage.token()}`);
    const page = await pageOf(rig);
    expect(page).toContain('It answered 429');
    expect(page).toContain('fanfare.unavailable');
  });
});

describe('what its forms do', () => {
  test('a retry puts a dead completion on the schedule', async () => {
    const rig = await openRig();
    const id = await dead(rig, 'one');
    const token = formTokenIn(await pageOf(rig));
    const answer = await send(rig.browser, { token, do: 'retry', id });
    expect([answer.status, answer.headers['location']]).toEqual([303, '?done=retried']);
    expect(await rig.ledger.find(id)).toMatchObject({ state: 'ordered', delivery: { attempts: 0 } });
    expect(await pageOf(rig, '?done=retried')).toContain('on the schedule again');
    await rig.ledger.take(id, 60_000);
    expect((await send(rig.browser, { token, do: 'retry', id })).headers['location']).toBe(
      '?done=not-retried',
    );
  });

  test('a discard asks first, and is for good', async () => {
    const rig = await openRig();
    const id = await dead(rig, 'one');
    expect(await pageOf(rig)).toContain(`href="?discard=${id}"`);
    const page = await pageOf(rig, `?discard=${id}`);
    expect(page).toContain('This cannot be undone');
    expect(await rig.ledger.find(id)).toMatchObject({ state: 'dead' });
    const asked = { token: formTokenIn(page), do: 'discard', id };
    expect((await send(rig.browser, asked)).headers['location']).toBe('?done=discarded');
    expect(await rig.ledger.find(id)).toMatchObject({ state: 'discarded' });
    expect((await send(rig.browser, asked)).headers['location']).toBe('?done=not-discarded');
    expect(await pageOf(rig, `?discard=${id}`)).not.toContain('This cannot be undone');
  });

  test('a dead webhook event is put back, or thrown away when that was asked twice', async () => {
    const rig = await openRig();
    const [one, two] = [await deadEvent(rig, 'evt_1'), await deadEvent(rig, 'evt_2')];
    const token = formTokenIn(await pageOf(rig));
    const act = async (action: string, id: string) =>
      (await send(rig.browser, { token, do: action, id })).headers['location'];
    expect(await act('retry-event', one)).toBe('?done=event-retried');
    expect(await rig.ledger.openNotes('webhook', 10)).toHaveLength(1);
    expect(await act('retry-event', one)).toBe('?done=event-gone');
    expect(await pageOf(rig)).toContain(`href="?discard-event=${two}"`);
    const asking = await pageOf(rig, `?discard-event=${two}`);
    expect(asking).toContain('This cannot be undone');
    expect(asking).toContain('Discard this webhook event?');
    expect(await rig.ledger.openNotes('webhook_dead', 10)).toHaveLength(1);
    expect(await act('discard-event', two)).toBe('?done=event-discarded');
    expect(await act('discard-event', two)).toBe('?done=event-gone');
    expect(await act('discard-event', '../x y')).toBe('?done=event-gone');
    for (const done of ['event-retried', 'event-gone', 'event-discarded'])
      expect(await pageOf(rig, `?done=${done}`)).toContain('role="status"');
    expect(await pageOf(rig, `?discard-event=${two}`)).not.toContain('This cannot be undone');
    expect(await rig.ledger.openNotes('webhook_dead', 10)).toEqual([]);
  });

  test('all that are dead are retried at once', async () => {
    const rig = await openRig();
    const ids = [await dead(rig, 'one'), await dead(rig, 'two')];
    const page = await pageOf(rig);
    expect(page).toContain('Retry all that are dead');
    const answer = await send(rig.browser, { token: formTokenIn(page), do: 'retry-all' });
    expect(answer.headers['location']).toBe('?done=all-retried');
    for (const id of ids) expect(await rig.ledger.find(id)).toMatchObject({ state: 'ordered' });
  });

  test.each<
    [string, (token: string, others: string, origin: string) => [string | undefined, Record<string, string>]]
  >([
    ['no token', (_token, _others, origin) => [undefined, { Origin: origin }]],
    ['a damaged token', (token, _others, origin) => [`${token.slice(0, -3)}AAA`, { Origin: origin }]],
    ['another browser’s token', (_token, others, origin) => [others, { Origin: origin }]],
    ['another site', (token) => [token, { Origin: 'https://evil.example' }]],
    [
      'another site, by the browser’s word',
      (token, _o, origin) => [token, { Origin: origin, 'Sec-Fetch-Site': 'cross-site' }],
    ],
    ['a sandboxed frame', (token) => [token, { Origin: 'null' }]],
    ['no browser at all', (token) => [token, {}]],
  ])('a form with %s does nothing', async (_what, attack) => {
    const rig = await openRig();
    const id = await dead(rig, 'one');
    const others = formTokenIn((await new Jar(rig.browser.origin).visit('/operator')).text);
    const [token, headers] = attack(formTokenIn(await pageOf(rig)), others, rig.browser.origin);
    const fields = { ...(token === undefined ? {} : { token }), do: 'discard', id };
    const answer = await send(rig.browser, fields, headers);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Nothing was done');
    expect(await rig.ledger.find(id)).toMatchObject({ state: 'dead' });
  });

  test('a form that was open for half a day does nothing', async () => {
    const rig = await openRig();
    const id = await dead(rig, 'one');
    const token = formTokenIn(await pageOf(rig));
    await rig.clock.advance(12 * 3_600_000 - 1_000);
    expect((await send(rig.browser, { token, do: 'retry', id })).status).toBe(303);
    await rig.clock.advance(2_000);
    expect((await send(rig.browser, { token, do: 'retry', id })).status).toBe(403);
  });

  test.each([
    ['an action that there is not', { do: 'constructor', id: 'adm_one' }],
    ['no action', { id: 'adm_one' }],
    ['an id that is none', { do: 'retry', id: '../x' }],
    ['no id', { do: 'retry' }],
  ])('%s is told so', async (_what, fields: Record<string, string>) => {
    const rig = await openRig();
    await dead(rig, 'one');
    const answer = await send(rig.browser, { token: formTokenIn(await pageOf(rig)), ...fields });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('could not be done');
  });

  test('a ledger that is away is told so, and the form may be sent again', async () => {
    const rig = await openRig();
    const id = await dead(rig, 'one');
    const fields = { token: formTokenIn(await pageOf(rig)), do: 'retry', id };
    const original = rig.ledger.reschedule.bind(rig.ledger);
    rig.ledger.reschedule = () => Promise.reject(new Error('the disk is away'));
    expect((await send(rig.browser, fields)).status).toBe(503);
    rig.ledger.reschedule = original;
    expect((await send(rig.browser, fields)).status).toBe(303);
  });

  test.each(
    SERVERS.flatMap((kind) =>
      Object.entries({
        'json of Express 5': express.json(),
        'json of Express 4': express4.json(),
        'urlencoded of Express 5': express.urlencoded({ extended: true }),
        'urlencoded of Express 4': express4.urlencoded({ extended: false }),
      }).map(([name, parser]) => [kind, name, parser] as const),
    ),
  )('they work on %s behind %s', async (kind, _name, parser) => {
    const rig = await openRig(() => true, { kind, before: [parsing(parser)] });
    const id = await dead(rig, 'one');
    const answer = await send(rig.browser, { token: formTokenIn(await pageOf(rig)), do: 'retry', id });
    expect(answer.status).toBe(303);
  });

  test.each(SERVERS)('they work on %s', async (kind) => {
    const rig = await openRig(() => true, { kind });
    const id = await dead(rig, 'one');
    const answer = await send(rig.browser, { token: formTokenIn(await pageOf(rig)), do: 'retry', id });
    expect(answer.status).toBe(303);
  });
});

test('the cookie that binds forms to a browser is as strict as the session’s', async () => {
  const { browser } = await openRig(() => true, { session: { secrets: [SECRET] } });
  const { setCookies } = await browser.visit('/operator');
  expect(setCookies).toEqual([
    expect.stringMatching(/^__Host-fanfare_operator=[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
  ]);
  expect((await browser.visit('/operator')).setCookies).toEqual([]);
});
