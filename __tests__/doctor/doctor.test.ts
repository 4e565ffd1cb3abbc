/** The doctor in a running shop: what it says by itself, and what it finds when it is asked. */
import { memoryLedger } from '../../lib/index.js';
import { deadOrigin, httpWire, reply } from '../fanfare-api/wire.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/shop.js';
import { closeStands, openStand } from './stand.js';

/** As if it had not been given. */
const ABSENT = undefined as never;

const nodeEnv = process.env['NODE_ENV'];
afterEach(async () => {
  process.env['NODE_ENV'] = nodeEnv;
  await closeStands();
});

test('a shop in order hears nothing', async () => {
  const stand = await openStand();
  expect(await stand.fanfare.doctor()).toEqual([]);
  expect(stand.said()).toEqual([]);
});

test('a set-up with faults hears of each once, without a request', async () => {
  process.env['NODE_ENV'] = 'production';
  const stand = await openStand({
    session: { secrets: ['good enough: cats on a mat, in a hat', 'a'.repeat(40)] },
  });
  await until(() => stand.said().length > 0);
  const codes = ['TEST_KEY_IN_PRODUCTION', 'SESSION_SECRET_WEAK', 'LEDGER_IN_MEMORY'];
  expect(stand.said().map(({ code }) => code)).toEqual(codes);
  expect(await stand.found()).toEqual(codes);
});

test.each([
  ['a text', 'sk_live_1234567890'],
  ['a function', () => Promise.resolve('sk_live_1234567890')],
])('a live key outside production is found, %s', async (_kind, secretKey) => {
  const stand = await openStand({ secretKey });
  await until(() => stand.said().length > 0);
  expect(stand.said()[0]).toMatchObject({ code: 'LIVE_KEY_OUTSIDE_PRODUCTION', level: 'warn' });
  expect(JSON.stringify([stand.said(), await stand.fanfare.doctor()])).not.toContain('1234567890');
});

test('a key that nobody has, and NODE_ENV', async () => {
  delete process.env['NODE_ENV'];
  const stand = await openStand({ secretKey: () => Promise.reject(new Error('the vault is shut')) });
  expect(await stand.found()).toEqual(['NODE_ENV_UNSET']);
});

test('advice is advice', async () => {
  const stand = await openStand({ orderUrl: ABSENT, findOrder: ABSENT });
  await until(() => stand.said().length === 2);
  expect(stand.said().map(({ code, level }) => [code, level])).toEqual([
    ['ORDER_URL_MISSING', 'info'],
    ['FIND_ORDER_MISSING', 'info'],
  ]);
});

test('codes can be silenced, for the event and for the call', async () => {
  const weak = { session: { secrets: ['a'.repeat(40)] }, orderUrl: ABSENT };
  const stand = await openStand({ ...weak, doctor: ['SESSION_SECRET_WEAK'] });
  await until(() => stand.said().length > 0);
  expect(stand.said().map(({ code }) => code)).toEqual(['ORDER_URL_MISSING']);
  expect(await stand.found()).toEqual(['ORDER_URL_MISSING']);
});

test('switched off, it says nothing and looks at nothing; asked, it answers', async () => {
  const clock = new ManualClock();
  const stand = await openStand({ session: { secrets: ['a'.repeat(40)] }, clock, doctor: false }, { clock });
  const attach = stand.fanfare.attachAdmission();
  const browser = await stand.serve((req, res) => {
    attach(req, res, () => res.end());
  });
  await browser.send('/', { headers: { Accept: 'text/html', 'User-Agent': 'Mozilla/5.0' } });
  await clock.advance(1_000);
  expect(stand.said()).toEqual([]);
  expect(await stand.found()).toEqual(['SESSION_SECRET_WEAK']);
});

test('a link between two domains can be forged as well as a session', async () => {
  const stand = await openStand({ handoff: { secrets: ['a'.repeat(40)] } });
  expect(await stand.found()).toEqual(['SESSION_SECRET_WEAK']);
});

test('after close() it is silent', async () => {
  const clock = new ManualClock();
  const stand = await openStand({ session: { secrets: ['a'.repeat(40)] }, clock }, { clock });
  await stand.fanfare.close();
  await clock.advance(1_000);
  expect(stand.said()).toEqual([]);
});

test.each([
  [31_000, /31 seconds behind/],
  [-45_000, /45 seconds ahead/],
])('a Fanfare that is %d ms ahead is heard of by its next answer', async (ahead, words) => {
  const clock = new ManualClock();
  const stand = await openStand({ clock }, { clock: new ManualClock(clock.now() + ahead) });
  const attach = stand.fanfare.attachAdmission();
  const browser = await stand.serve((req, res) => {
    attach(req, res, () => res.end());
  });
  await clock.advance(0);
  expect(stand.said()).toEqual([]);
  const { token } = stand.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  await browser.send('/', { headers: { 'X-Fanfare-Admission': token } });
  await clock.advance(0);
  expect(stand.said()).toMatchObject([
    { code: 'CLOCK_DRIFT', message: expect.stringMatching(words) as unknown },
  ]);
});

test('a Fanfare that goes wrong later is heard of by an answer of the next second', async () => {
  const [clock, theirs] = [new ManualClock(), new ManualClock()];
  const stand = await openStand({ clock }, { clock: theirs });
  const attach = stand.fanfare.attachAdmission();
  const browser = await stand.serve((req, res) => {
    attach(req, res, () => res.end());
  });
  const ask = async (): Promise<void> => {
    const { token } = stand.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
    await browser.send('/', { headers: { 'X-Fanfare-Admission': token } });
    await clock.advance(0);
  };
  await ask();
  await theirs.advance(60_000);
  await ask();
  expect(stand.said()).toEqual([]);
  await clock.advance(1_000);
  await ask();
  expect(stand.said()).toMatchObject([{ code: 'CLOCK_DRIFT' }]);
});

test('an answer that does not tell the time keeps no other of that second from being looked at', async () => {
  let asked = 0;
  const wire = await httpWire((res) => {
    asked += 1;
    res
      .writeHead(500, { Date: 'Tue, 01 Jan 2030 00:00:00 GMT', ...(asked === 1 ? { Age: '60' } : {}) })
      .end();
  });
  const clock = new ManualClock();
  const stand = await openStand({ api: { baseUrl: wire.origin }, clock });
  const attach = stand.fanfare.attachAdmission();
  const browser = await stand.serve((req, res) => {
    attach(req, res, () => res.end());
  });
  for (const said of [0, 1]) {
    const { token } = stand.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
    await browser.send('/', { headers: { 'X-Fanfare-Admission': token } });
    await clock.advance(0);
    expect(stand.said()).toHaveLength(said);
  }
  expect(stand.said()).toMatchObject([{ code: 'CLOCK_DRIFT' }]);
  expect(asked).toBe(2);
  await wire.close();
});

test.each([
  ['a cached answer', { Age: '60', Date: 'Tue, 01 Jan 2030 00:00:00 GMT' }, []],
  ['one without a readable time', { Date: 'noon' }, []],
  ['a fresh one', { Date: 'Tue, 01 Jan 2030 00:00:00 GMT' }, ['CLOCK_DRIFT']],
])('%s tells the time or not', async (_what, headers, codes) => {
  const wire = await httpWire(reply(200, '{}', headers));
  const stand = await openStand({ api: { baseUrl: wire.origin } });
  expect(await stand.found()).toEqual(codes);
  await wire.close();
});

test('what the ledger says when it opens is found, and said by the ledger’s own event alone', async () => {
  const ledger = Object.assign(memoryLedger(), {
    open: () => Promise.resolve(['Nothing is durable.', 'Mind the gap.']),
  });
  const stand = await openStand({ ledger });
  expect(await stand.fanfare.doctor()).toMatchObject([
    { code: 'LEDGER_UNSAFE', level: 'warn', message: 'Nothing is durable.' },
    { code: 'LEDGER_UNSAFE', level: 'warn', message: 'Mind the gap.' },
  ]);
  expect(stand.said()).toEqual([]);
});

test('a ledger that does not open is found', async () => {
  const ledger = Object.assign(memoryLedger(), {
    open: () => Promise.reject(new Error('connect ECONNREFUSED')),
  });
  const stand = await openStand({ ledger });
  expect(await stand.fanfare.doctor()).toMatchObject([
    {
      code: 'LEDGER_AWAY',
      level: 'error',
      message: expect.stringContaining('connect ECONNREFUSED') as unknown,
    },
  ]);
});

test('Fanfare is asked for its health, below the base, with the key, by one GET', async () => {
  const wire = await httpWire(reply(200, '{}'));
  const stand = await openStand({ api: { baseUrl: `${wire.origin}/v1/` } });
  expect(await stand.fanfare.doctor()).toEqual([]);
  expect(wire.seen).toMatchObject([
    { method: 'GET', url: '/v1/health', headers: { 'x-secret-key': 'sk_test_emulator' }, body: '' },
  ]);
  await wire.close();
});

test.each([
  [401, ['KEY_REFUSED']],
  [403, ['KEY_REFUSED']],
  [404, ['API_ADDRESS_WRONG']],
  [307, ['API_ADDRESS_WRONG']],
  [429, ['API_FAILING']],
  [503, ['API_FAILING']],
])('a health check answered %d', async (status, codes) => {
  const wire = await httpWire(reply(status));
  const stand = await openStand({ api: { baseUrl: wire.origin } });
  expect(await stand.found()).toEqual(codes);
  await wire.close();
});

test('wrong ports: where nobody listens, and one that speaks no TLS', async () => {
  const closed = await openStand({ api: { baseUrl: await deadOrigin() } });
  const [refused] = await closed.fanfare.doctor();
  expect(refused).toMatchObject({
    code: 'API_UNREACHABLE',
    message: expect.stringMatching(/TCP.*"ECONNREFUSED"/) as unknown,
  });
  const wire = await httpWire(reply(200));
  const plain = await openStand({ api: { baseUrl: wire.origin.replace('http:', 'https:') } });
  const [unsafe] = await plain.fanfare.doctor();
  expect(unsafe).toMatchObject({ code: 'API_UNREACHABLE', message: expect.stringMatching(/TLS/) as unknown });
  await wire.close();
});
