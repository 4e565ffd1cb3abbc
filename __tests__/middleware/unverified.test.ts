/** Admissions let in unchecked are on record: through the end of a process, for all processes, and never in clear. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fanfare, FanfareOptions, Ledger, RequestAdmission } from '../../lib/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import type { Answer, Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, SECRET, showAdmission, type Stage } from '../support/servers.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

const LENIENT = {
  onFanfareUnavailable: { page: 'allow-unverified', order: 'allow-unverified' },
  distributionIds: ['queue_1'],
  deliveries: 'manual',
  maxUnverified: 3,
} as const;
const AWAY = (): Promise<never> => Promise.reject(new Error('the disk is away'));

let clock: ManualClock;
let folder: string;
let stage: Stage;

beforeEach(async () => {
  clock = new ManualClock();
  folder = temporaryFolder();
  stage = await openStage({}, { clock });
  stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
});
afterEach(async () => {
  await closeStages();
  removeFolder(folder);
});

interface Process {
  readonly fanfare: Fanfare;
  readonly ledger: Ledger;
  readonly page: (token: string) => Promise<Answer>;
  readonly buy: (token: string) => Promise<Answer>;
}

/** One more merchant process on the same file; one whose clock stands still does nothing by itself. */
async function open({ clock: own = clock, ...options }: Partial<FanfareOptions> = {}): Promise<Process> {
  const ledger = sqliteLedger({ file: join(folder, 'ledger.sqlite'), clock: own });
  const fanfare = stage.another({ ...LENIENT, ledger, clock: own, ...options });
  const browser: Jar = await stage.serve('Express 5', [
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    {
      path: '/buy',
      use: [
        fanfare.claimAdmission(),
        (req, res, next) => {
          const bought = fanfare.completeAdmission(req, { orderId: 'order_1' });
          bought.then(
            () => res.end('bought'),
            (error: unknown) => next?.(error),
          );
        },
      ],
    },
  ]);
  const headers = (token: string) => {
    browser.cookies.clear();
    return { 'X-Fanfare-Admission': token };
  };
  return {
    fanfare,
    ledger,
    page: (token) => browser.fetch('/checkout', { headers: headers(token) }),
    buy: (token) => browser.post('/buy', {}, headers(token)),
  };
}

const told = (type: string) => stage.events.filter((event) => event.type === type);
const tokenOf = (number: number) => stage.token({ consumerId: `cons_${number}` });
const idOf = (answer: Answer) => (answer.json()['admission'] as RequestAdmission).id;

async function forgedToken(): Promise<string> {
  const forger = await openStage({}, { clock });
  return forger.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' }).token;
}

async function back(type: 'confirmed' | 'refused', count = 1): Promise<void> {
  stage.emulator.faults.clear();
  const all = () => told(`admission.unverified_${type}`).length;
  const before = all();
  while (all() < before + count) await clock.advance(5_000);
}

function outage(): void {
  stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
}

describe('a process that ends while Fanfare is away', () => {
  test.each([
    ['and says so', true],
    ['without a word', false],
  ])('%s: another one asks about whom it let in', async (_how, closes) => {
    const first = await open(closes ? {} : { clock: new ManualClock() });
    const genuine = idOf(await first.page(stage.token()));
    expect((await first.buy(await forgedToken())).text).toBe('bought');
    if (closes) await first.fanfare.close();
    expect(told('admission.unverified')).toHaveLength(2);
    await open();
    await back('confirmed');
    expect(told('admission.unverified_confirmed')).toMatchObject([{ admissionId: genuine }]);
    await back('refused', 0);
    expect(told('admission.unverified_refused')).toMatchObject([{ level: 'error', orderId: 'order_1' }]);
    await clock.advance(60_000);
    expect(stage.events.filter(({ type }) => /unverified_/.test(type))).toHaveLength(2);
  });

  test('one that no longer has the secret says in the end that nobody can tell any more', async () => {
    const first = await open();
    const admissionId = idOf(await first.page(stage.token({ expiresInSeconds: 600 })));
    await first.fanfare.close();
    const second = await open({
      session: { secrets: ['another secret, also long enough for it'], insecure: true },
    });
    stage.emulator.faults.clear();
    await clock.advance(300_000);
    expect(stage.events.filter(({ type }) => /unverified_/.test(type))).toEqual([]);
    await back('refused');
    expect(told('admission.unverified_refused')).toMatchObject([{ admissionId, code: 'ADMISSION_EXPIRED' }]);
    await second.fanfare.close();
  });

  test('one that still has it among others confirms', async () => {
    const first = await open();
    await first.page(stage.token());
    await first.fanfare.close();
    const secrets = ['another secret, also long enough for it', SECRET];
    await open({ session: { secrets, insecure: true } });
    await back('confirmed');
  });
});

test('maxUnverified is for all processes together, and each admission has one place', async () => {
  const [one, other] = [await open(), await open()];
  expect((await one.page(tokenOf(1))).status).toBe(200);
  expect((await other.page(tokenOf(1))).status).toBe(200);
  expect((await other.page(tokenOf(2))).status).toBe(200);
  const answers = await Promise.all(
    [3, 4, 5, 6].map((number) => (number % 2 === 0 ? one : other).page(tokenOf(number))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 503, 503, 503]);
  expect(told('admission.unverified')).toHaveLength(3);
  await back('confirmed', 3);
  outage();
  expect((await one.page(tokenOf(7))).status).toBe(200);
});

test.each(['page', 'buy'] as const)('nobody is let in who cannot be recorded: %s', async (what) => {
  const shop = await open();
  shop.ledger.addNote = AWAY;
  const answer = await shop[what](stage.token());
  expect([answer.status, answer.json()['code']]).toEqual([503, 'FANFARE_UNAVAILABLE']);
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(told('admission.unverified')).toEqual([]);
  expect(told('ledger.unavailable')).toMatchObject([{ engine: 'sqlite' }]);
});

test('no token lies in clear in the ledger', async () => {
  const shop = await open();
  const token = stage.token();
  const key = idOf(await shop.page(token));
  const { value = '' } = (await shop.ledger.findNote('unverified', key)) ?? {};
  expect(Object.keys(JSON.parse(value) as object)).toContain('sealedToken');
  const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
  expect(written.some((text) => text.includes(key))).toBe(true);
  for (const part of token.split('.')) {
    expect(written.some((text) => text.includes(part))).toBe(false);
  }
});

describe('in the next outage', () => {
  test('whom Fanfare has refused stays out, and whom it has confirmed needs no place', async () => {
    const shop = await open({ maxUnverified: 2 });
    const [genuine, forged] = [tokenOf(1), await forgedToken()];
    await shop.page(genuine);
    await shop.page(forged);
    await back('refused');
    expect(told('admission.unverified_confirmed')).toHaveLength(1);
    outage();
    expect((await shop.buy(forged)).status).toBe(503);
    // What Fanfare has said to a page is kept for a minute at most.
    await clock.advance(61_000);
    expect((await shop.page(forged)).status).toBe(503);
    for (const number of [1, 2, 3])
      expect((await shop.page(tokenOf(number + 1))).status).toBe(number < 3 ? 200 : 503);
    expect((await shop.page(genuine)).status).toBe(200);
  });
});

describe('while the ledger is away afterwards', () => {
  test('an answer that cannot be written down is said once', async () => {
    const shop = await open();
    await shop.page(stage.token());
    const finish = shop.ledger.finishNote.bind(shop.ledger);
    shop.ledger.finishNote = AWAY;
    await back('confirmed');
    await clock.advance(60_000);
    shop.ledger.finishNote = finish;
    await clock.advance(60_000);
    expect(told('admission.unverified_confirmed')).toHaveLength(1);
    await expect(shop.ledger.openNotes('unverified', 1)).resolves.toEqual([]);
  });

  test('nothing is said about an order that may be there', async () => {
    const shop = await open();
    await shop.buy(await forgedToken());
    const find = shop.ledger.find.bind(shop.ledger);
    shop.ledger.find = AWAY;
    stage.emulator.faults.clear();
    await clock.advance(60_000);
    expect(told('admission.unverified_refused')).toEqual([]);
    shop.ledger.find = find;
    await back('refused');
    expect(told('admission.unverified_refused')).toMatchObject([{ orderId: 'order_1' }]);
  });
});
