/** `express-fanfare dead-events` on the ledger of a shop that has given webhook events up. */
import type { Ledger } from '../../lib/ledger/ledger.js';
import type { ManualClock } from '../support/manual-clock.js';
import { openShopLedger, type ShopLedger } from './shop-ledger.js';
import type { Setup } from './terminal.js';

let shop: ShopLedger;
let clock: ManualClock;
let ledger: Ledger;

beforeEach(async () => {
  shop = await openShopLedger();
  ({ clock, ledger } = shop);
});
afterEach(() => shop.close());

const deadEvents = (args: readonly string[], setup?: Setup) => shop.run(['dead-events', ...args], setup);

async function dead(key: string, eventId = 'evt_1'): Promise<void> {
  const work = {
    do: 'cancel',
    orderId: 'order_1',
    cancellation: { kind: 'refunded' },
    sealedToken: 'secret',
  };
  const value = JSON.stringify({ receiver: 'shopify', eventId, work, reason: 'Not\u001b found' });
  await ledger.addNote({ kind: 'webhook_dead', key, value, until: clock.now() + 90 * 86_400_000 });
}

const isDead = async (): Promise<boolean> => (await ledger.openNotes('webhook_dead', 1)).length > 0;

it('lists them, the oldest first, and lets no control character through', async () => {
  expect(await deadEvents(['list'])).toMatchObject({ code: 0, out: 'There are no dead events.\n' });
  await dead('a');
  await clock.advance(3_600_000);
  await dead('b', 'red\u009b31m');
  expect(await deadEvents(['list'])).toEqual({
    code: 0,
    out: [
      'RECEIVER  AGE  ID  EVENT    WORK                                       REASON',
      'shopify   1h   a   evt_1    do cancel, orderId order_1, kind refunded  Not? found',
      'shopify   0s   b   red?31m  do cancel, orderId order_1, kind refunded  Not? found',
      '',
    ].join('\n'),
    ...{ err: '', asked: '' },
  });
  const { out, err } = await deadEvents(['list', '--json', '--limit', '1']);
  expect(JSON.parse(out)).toMatchObject([{ id: 'a', eventId: 'evt_1', diedAt: clock.now() - 3_600_000 }]);
  expect(out).not.toContain('secret');
  expect(err).toMatch(/^These are the oldest 1\. There may be more/);
});

it.each(['a', `-${'a'.repeat(42)}`, `-${'a'.repeat(42)}.1700000000000`])('retries %s', async (id) => {
  await dead(id);
  expect(await deadEvents(['retry', id])).toMatchObject({
    ...{ code: 0, out: expect.stringMatching(/^It is worked once more/) as string },
  });
  expect([await isDead(), (await ledger.openNotes('webhook', 2)).length]).toEqual([false, 1]);
  expect(await deadEvents(['retry', id])).toMatchObject({
    ...{
      code: 1,
      out: '',
      err: `There is no dead event ${id}: it was retried or thrown away, or never was.\n`,
    },
  });
});

it('discards when the answer is yes, or with --yes', async () => {
  await dead('a');
  const no = await deadEvents(['discard', 'a'], { answer: 'n' });
  expect(no).toMatchObject({ code: 1, err: 'Nothing is changed.\n', out: '' });
  expect(no.asked).toBe('Throw the event a away? What it told of will never be done. [y/N] ');
  expect(await isDead()).toBe(true);
  expect(await deadEvents(['discard', 'a', '--yes'])).toMatchObject({
    ...{ code: 0, asked: '', out: 'The event is thrown away.\n' },
  });
  expect(await isDead()).toBe(false);
  expect((await deadEvents(['discard', 'a'], { answer: 'y' })).code).toBe(1);
});

it.each([
  [[], 'Say what to do: list, retry or discard.'],
  [['__proto__'], 'Say what to do'],
  [['list', 'a'], 'Give this action no id.'],
  [['retry'], 'Give this action one id.'],
  [['retry', 'a', '--json'], 'There is no --json for this action.'],
  [['list', '--limit', '0'], '--limit must be a number from 1 to 10000, got "0"'],
  [['list', '--older', '1h'], "Unknown option '--older'"],
  [['list', '--schema', 'fanfare'], '--schema is for a ledger in PostgreSQL only.'],
  [['discard', 'a'], 'There is no terminal to ask for your confirmation: add --yes.'],
])('%j is not understood, and it says why', async (args, message) => {
  const { code, out, err } = await deadEvents(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/^.*\n\nUsage: express-fanfare dead-events/);
  expect(err.split('\n')[0]).toContain(message);
});
