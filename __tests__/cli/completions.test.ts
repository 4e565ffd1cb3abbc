import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { openDatabase } from '../../lib/ledger/sqlite-driver.js';
import { dead, delivered, discarded, ordered, waiting } from '../support/completions.js';
import type { ManualClock } from '../support/manual-clock.js';
import { openShopLedger, type ShopLedger } from './shop-ledger.js';
import type { Setup } from './terminal.js';

const MINUTE_MS = 60_000;

let shop: ShopLedger;
let clock: ManualClock;
let ledger: Ledger;
let folder: string;
let file: string;

beforeEach(async () => {
  shop = await openShopLedger();
  ({ clock, ledger, folder, file } = shop);
});

afterEach(() => shop.close());

const completions = (args: readonly string[], setup?: Setup) => shop.run(['completions', ...args], setup);

async function stateOf(id: string): Promise<string | undefined> {
  return (await ledger.find(id))?.state;
}

describe('list', () => {
  it('shows a table, the oldest first', async () => {
    await waiting(ledger, 'a', clock.now() + 5 * MINUTE_MS);
    await clock.advance(31 * MINUTE_MS + 5_000);
    await dead(ledger, 'an-admission');
    await delivered(ledger, 'done');
    await clock.advance(12_000);
    await ordered(ledger, 'new');
    expect(await completions(['list'])).toEqual({
      code: 0,
      out: [
        'STATE    ATTEMPTS  STATUS  AGE      ORDER               ADMISSION     REASON',
        'ordered  2         503     31m 17s  order-a             a             HTTP 503',
        'dead     1         400     12s      order-an-admission  an-admission  CONSUMER_UNKNOWN',
        'ordered  0         -       0s       order-new           new           -',
        '',
      ].join('\n'),
      ...{ err: '', asked: '' },
    });
  });

  it('says so when there is nothing', async () => {
    await delivered(ledger, 'done');
    expect(await completions(['list'])).toMatchObject({ code: 0, out: 'There are no such completions.\n' });
  });

  it.each([
    [['--state', 'dead'], ['dead']],
    [
      ['--state', 'delivered', '--state=discarded'],
      ['delivered', 'discarded'],
    ],
    [['--older-than', '30m'], ['ordered']],
    [['--older-than', '1800s'], ['ordered']],
    [['--older-than', '1h'], []],
    [['--older-than', '1d'], []],
    [['--limit', '1'], ['ordered']],
  ])('%j: as JSON, what was asked for', async (args, ids) => {
    await ordered(ledger, 'ordered');
    await clock.advance(30 * MINUTE_MS);
    for (const make of [dead, delivered, discarded]) {
      await make(ledger, make.name);
      await clock.advance(1_000);
    }
    const { code, out } = await completions(['list', '--json', ...args]);
    expect(code).toBe(0);
    expect((JSON.parse(out) as { admissionId: string }[]).map(({ admissionId }) => admissionId)).toEqual(ids);
  });

  it('says that there may be more, where it does not disturb what reads the list', async () => {
    for (const id of ['a', 'b']) await ordered(ledger, id);
    const { out, err } = await completions(['list', '--json', '--limit', '2']);
    expect(JSON.parse(out)).toHaveLength(2);
    expect(err).toBe('These are the oldest 2. There may be more: raise --limit.\n');
    expect((await completions(['list', '--limit', '3'])).err).toBe('');
  });

  it('lets no control character through to the terminal', async () => {
    const admission = { consumerId: 'c', distributionId: 'q', distributionType: 'queue' } as const;
    const order = { orderId: 'red\u009b31m' };
    await ledger.complete({ target: { by: 'admission', admission: { id: 'a', ...admission } }, order });
    expect((await completions(['list'])).out).toContain('red?31m');
    expect((await completions(['show', 'a'])).out).toContain('red?31m');
  });
});

describe('show', () => {
  it('tells everything about one', async () => {
    await waiting(ledger, 'one', clock.now() + 65 * MINUTE_MS);
    await clock.advance(5 * MINUTE_MS);
    const { code, out } = await completions(['show', 'one']);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'Order         order-one',
        'Amount        129.00 EUR',
        'State         ordered: Fanfare has not heard of it yet; it goes on being tried',
        'Ordered       2026-11-24T22:00:00.000Z (5m ago)',
        'Attempts      2',
        'Next attempt  2026-11-24T23:05:00.000Z (in 1h)',
        'Last status   503',
        'Reason        HTTP 503',
        'Crashes       1',
        'Admission     one',
        'Consumer      cons_one',
        'Distribution  queue_1 (queue)',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [ordered, /ordered: .*\nOrdered .*\nAttempts +0\nNext attempt +now\nAdmission/],
    [dead, /dead: not tried any more; .*\nOrdered .*ago\)\nSince .*\(0s ago\)\nAttempts +1\nLast/],
    [delivered, /delivered: Fanfare knows about it\nOrdered .*\nSince .*\nAdmission/],
    [discarded, /discarded: given up by an operator; .*\nOrdered .*\nSince .*\nAdmission/],
  ])('%p', async (make, text) => {
    await make(ledger, 'one');
    expect((await completions(['show', 'one'])).out).toMatch(text);
  });

  it('as JSON', async () => {
    await dead(ledger, 'one');
    const { out } = await completions(['show', 'one', '--json']);
    expect(JSON.parse(out)).toMatchObject({ orderId: 'order-one', state: 'dead', completedAt: clock.now() });
  });

  it('takes an id that begins with a dash', async () => {
    for (const id of [`-${'a'.repeat(42)}`, `--${'h'.repeat(41)}`]) {
      await dead(ledger, id);
      expect((await completions(['show', id, '--json'])).code).toBe(0);
      expect((await completions(['show', '--json', '--', id])).code).toBe(0);
    }
  });
});

describe('retry', () => {
  it('puts one back on the schedule', async () => {
    await dead(ledger, 'one');
    const { code, out } = await completions(['retry', 'one']);
    expect(out).toMatch(/^It is due now/);
    expect(code).toBe(0);
    expect(await ledger.takeDue(1, MINUTE_MS)).toHaveLength(1);
    expect(await completions(['retry', 'one'])).toMatchObject({
      code: 1,
      out: '',
      err: 'Order order-one is being sent at this moment: look again in half a minute.\n',
    });
  });

  it.each([
    [delivered, 'Order order-one is delivered: Fanfare knows about it.\n'],
    [discarded, 'Order order-one is discarded already.\n'],
  ])('%p: says why not', async (make, err) => {
    await make(ledger, 'one');
    expect(await completions(['retry', 'one'])).toMatchObject({ code: 1, out: '', err });
  });
});

describe('retry-all', () => {
  it.each(['y', 'YES', ' yes '])('retries all dead ones when the answer is %p', async (answer) => {
    for (const id of ['a', 'b']) await dead(ledger, id);
    const { code, out, asked } = await completions(['retry-all'], { answer });
    expect(asked).toBe('Retry 2 dead completions? [y/N] ');
    expect(out).toMatch(/^2 completions due now/);
    expect(code).toBe(0);
    expect(await ledger.takeDue(3, MINUTE_MS)).toHaveLength(2);
  });

  it.each(['', 'n', 'no', 'yesterday', 'ok'])('changes nothing when the answer is %p', async (answer) => {
    await dead(ledger, 'a');
    const { code, asked, err } = await completions(['retry-all'], { answer });
    expect(asked).toBe('Retry 1 dead completion? [y/N] ');
    expect([code, err]).toEqual([1, 'Nothing is changed.\n']);
    expect(await stateOf('a')).toBe('dead');
  });

  it('does not ask with --yes, and has nothing to ask when nothing is dead', async () => {
    await dead(ledger, 'a');
    expect(await completions(['retry-all', '--yes'])).toMatchObject({ code: 0, asked: '' });
    expect(await completions(['retry-all'], { answer: 'y' })).toMatchObject({
      ...{ code: 0, asked: '', out: 'There are no dead completions.\n' },
    });
  });
});

describe('discard', () => {
  it('gives a dead one up when the answer is yes', async () => {
    await dead(ledger, 'one');
    const { code, asked, out } = await completions(['discard', 'one'], { answer: 'y' });
    expect(asked).toBe('Give the completion of order order-one up? Fanfare will never hear of it. [y/N] ');
    expect([code, out]).toEqual([
      0,
      'The completion of order order-one is discarded. The order itself stays as it is.\n',
    ]);
    expect(await stateOf('one')).toBe('discarded');
  });

  it('does not ask with --yes, and changes nothing at a no', async () => {
    await dead(ledger, 'one');
    expect(await completions(['discard', 'one'], { answer: 'n' })).toMatchObject({
      ...{ code: 1, err: 'Nothing is changed.\n', out: '' },
    });
    expect(await stateOf('one')).toBe('dead');
    expect(await completions(['discard', 'one', '--yes'])).toMatchObject({ code: 0, asked: '' });
    expect(await stateOf('one')).toBe('discarded');
  });

  it.each([
    [ordered, 'is not dead, it goes on being tried.\n'],
    [delivered, 'is delivered: Fanfare knows about it.\n'],
    [discarded, 'is discarded already.\n'],
  ])('%p: says why not, and asks nothing', async (make, err) => {
    await make(ledger, 'one');
    const before = await stateOf('one');
    expect(await completions(['discard', 'one'], { answer: 'y' })).toEqual({
      ...{ code: 1, asked: '', out: '', err: `Order order-one ${err}` },
    });
    expect(await stateOf('one')).toBe(before);
  });
});

it.each(['show', 'retry', 'discard'])('%s knows no such completion', async (action) => {
  expect(await completions([action, 'nobody'], { answer: 'y' })).toEqual({
    ...{ code: 1, asked: '', out: '', err: 'No order is recorded for the admission nobody.\n' },
  });
});

it.each([
  [[], 'Say what to do: list, show, retry, retry-all or discard.'],
  [['purge'], 'There is no action "purge".'],
  [['__proto__'], 'There is no action "__proto__".'],
  [['list', 'one'], 'Give this action no admission id.'],
  [['show'], 'Give this action one admission id.'],
  [['show', 'one', 'two'], 'Give this action one admission id.'],
  [['retry', 'one', '--json'], 'There is no --json for this action.'],
  [['list', '--yes'], 'There is no --yes for this action.'],
  [['list', '--state', 'free'], '--state must be ordered, delivered, dead, discarded, got "free"'],
  [['list', '--older-than', '30'], '--older-than must be such as 90s, 30m, 2h or 3d, got "30"'],
  [['list', '--limit', '0'], '--limit must be a number from 1 to 10000, got "0"'],
  [['list', '--limit', '1e3'], 'got "1e3"'],
  [['list', '--stat', 'dead'], "Unknown option '--stat'"],
  [['list', '--schema', 'fanfare'], '--schema is for a ledger in PostgreSQL only.'],
  [['list', '--prefix', 'fanfare'], '--prefix is for a ledger in Redis only.'],
  [['retry-all'], 'There is no terminal to ask for your confirmation: add --yes.'],
  [['discard', 'one'], 'There is no terminal to ask for your confirmation: add --yes.'],
  [['list', '--ledger', 'sqlite:'], '--ledger names no file.'],
  [['list', '--ledger', 'mysql://db/shop'], '--ledger starts with "mysql://": there is no such ledger.'],
])('%j is not understood, and it says why', async (args, message) => {
  const { code, out, err } = await completions(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^.*\n\nUsage: express-fanfare completions/);
  expect(err.split('\n')[0]).toContain(message);
});

it('does not take anything for an id', async () => {
  const { code, err } = await completions(['show', '../one']);
  expect([code, err]).toEqual([
    2,
    '"admissionId" must be 1 to 128 of the characters A-Z, a-z, 0-9, "_" and "-"\n',
  ]);
});

describe('the ledger', () => {
  it.each(['sqlite:', ''])('is named by --ledger before the environment: %p', async (scheme) => {
    await ordered(ledger, 'one');
    const environment = { FANFARE_LEDGER: 'not-there.sqlite' };
    const { code, out } = await completions(['list', '--ledger', scheme + file], { environment });
    expect(code).toBe(0);
    expect(out).toContain('order-one');
  });

  it('must be named', async () => {
    for (const environment of [{}, { FANFARE_LEDGER: '' }]) {
      const { code, err } = await completions(['list'], { environment });
      expect(code).toBe(2);
      expect(err).toMatch(/^Which ledger\? Say --ledger <address>, or set FANFARE_LEDGER\.\n/);
    }
  });

  it('is not made when it is not there', async () => {
    const missing = join(folder, 'missing.sqlite');
    expect(await completions(['list', '--ledger', missing])).toEqual({
      ...{ code: 1, out: '', asked: '' },
      err: `The ledger ${missing} cannot be used.\n  There is no file "${missing}".\n`,
    });
    expect(existsSync(missing)).toBe(false);
  });

  it('is not made of a file that is something else', async () => {
    const other = join(folder, 'shop.sqlite');
    const database = openDatabase(other, 1_000);
    database.exec('CREATE TABLE orders (id TEXT)');
    const { code, err } = await completions(['list', '--ledger', other]);
    expect([code, err]).toEqual([
      1,
      `The ledger ${other} cannot be used.\n  The file "${other}" holds no ledger.\n`,
    ]);
    expect(database.prepare('SELECT name FROM sqlite_schema').all()).toMatchObject([{ name: 'orders' }]);
    database.close();
    writeFileSync(other, 'a text, and a long one, that is no database at all. '.repeat(50));
    expect((await completions(['list', '--ledger', other])).err).toMatch(/not a database/);
  });

  it('that cannot be used is told with its reason', async () => {
    await dead(ledger, 'one');
    const other = openDatabase(file, 1_000);
    other.exec('BEGIN IMMEDIATE');
    const { code, err } = await completions(['retry', 'one']);
    other.exec('ROLLBACK');
    other.close();
    expect(code).toBe(1);
    expect(err).toMatch(/^The ledger .*fanfare\.sqlite cannot be used\.\n {2}.*locked.*\n$/);
  });
});
