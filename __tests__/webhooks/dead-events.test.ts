/** What was given up is kept for an operator, who has it worked once more or throws it away. */
import { type FanfareEvent, type Ledger, memoryLedger } from '../../lib/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { bury } from '../../lib/completion/dead-events.js';
import { type DeadEvents, deadEvents } from '../../lib/webhooks/index.js';
import { createInbox } from '../../lib/webhooks/inbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { SECRET } from '../support/servers.js';
import { until } from './post-box.js';

const MAIL = { eventId: 'evt_1', work: { do: 'complete', sealedToken: 'sealed' } };

describe.each<[string, (clock: ManualClock) => Ledger]>([
  ['memory', (clock) => memoryLedger({ clock })],
  ['SQLite', (clock) => sqliteLedger({ file: ':memory:', clock })],
])('in %s', (_engine, openLedger) => {
  let clock: ManualClock;
  let ledger: Ledger;
  let stops: (() => Promise<void>)[];
  let dead: DeadEvents;
  let worked: number;
  let inbox: ReturnType<typeof createInbox>;

  beforeEach(() => {
    [clock, stops, worked] = [new ManualClock(), [], 0];
    ledger = openLedger(clock);
    const backstage = {
      ...{ organizationId: 'org_1', keyring: createKeyring([SECRET]), random: () => 0, ledger, clock },
      emit: () => undefined,
      onClose: (stop: () => Promise<void>) => void stops.push(stop),
    };
    dead = deadEvents({ backstage });
    const perform = (): Promise<'done'> => {
      worked += 1;
      return Promise.resolve('done');
    };
    inbox = createInbox({ backstage, receiver: 'test', perform });
  });
  afterEach(async () => {
    await Promise.all(stops.map((stop) => stop()));
    await ledger.close();
  });

  /** As a worker does with what has failed too often. */
  const buryOpen = async (): Promise<void> => {
    const [note] = await ledger.openNotes('webhook', 1);
    await bury(ledger, note!, new Error(`No order yet ${'.'.repeat(400)}`), clock.now());
  };
  const die = async (): Promise<void> => {
    await inbox.accept([MAIL]);
    await buryOpen();
  };

  test('it is listed without its token, worked again at a word, and then is over', async () => {
    await die();
    const [first, ...more] = await dead.list();
    expect(more).toEqual([]);
    expect(first).toEqual({
      ...{ id: expect.stringMatching(/^[\w-]{43}$/) as string, receiver: 'test', eventId: 'evt_1' },
      ...{ diedAt: clock.now(), until: clock.now() + 90 * 24 * 3_600_000 },
      ...{ reason: `No order yet ${'.'.repeat(287)}`, work: { do: 'complete' } },
    });
    inbox.nudge();
    await clock.advance(60_000);
    expect(worked).toBe(0);
    expect(await dead.retry(first!.id)).toBe(true);
    expect(await dead.retry(first!.id)).toBe(false);
    expect(await dead.list()).toEqual([]);
    await clock.advance(15_000);
    await until(async () => (await ledger.openNotes('webhook', 10)).length === 0);
    expect(worked).toBe(1);
    // The sender's redelivery is still known.
    await inbox.accept([MAIL]);
    inbox.nudge();
    await clock.advance(60_000);
    expect(worked).toBe(1);
  });

  test('one that dies again can be retried again, or thrown away', async () => {
    await die();
    for (let time = 0; time < 3; time += 1) {
      expect(await dead.retry((await dead.list())[0]!.id)).toBe(true);
      // It takes three days to die.
      jest.spyOn(clock, 'now').mockReturnValue(clock.now() + 1);
      await buryOpen();
    }
    const [last, ...more] = await dead.list();
    expect(more).toEqual([]);
    expect(last!.id.length).toBeLessThan(70);
    expect(await dead.discard(last!.id)).toBe(true);
    expect(await dead.discard(last!.id)).toBe(false);
    expect(await dead.retry(last!.id)).toBe(false);
    expect(await dead.list()).toEqual([]);
  });

  test('one whose retry broke off halfway is worked once', async () => {
    await die();
    const { id } = (await dead.list())[0]!;
    jest.spyOn(ledger, 'finishNote').mockRejectedValueOnce(new Error('the disk is away'));
    await expect(dead.retry(id)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(await dead.retry(id)).toBe(true);
    await clock.advance(15_000);
    expect(worked).toBe(1);
  });

  test('what there is not', async () => {
    for (const id of ['nothing', '', 'a b', '../x', 'x'.repeat(200)]) {
      expect([id, await dead.retry(id), await dead.discard(id)]).toEqual([id, false, false]);
    }
  });
});

test('a ledger that is away is said', async () => {
  const [clock, events] = [new ManualClock(), [] as FanfareEvent[]];
  const ledger = memoryLedger({ clock });
  jest.spyOn(ledger, 'openNotes').mockRejectedValue(new Error('the disk is away'));
  const emit = (event: FanfareEvent): void => void events.push(event);
  const away = deadEvents({ backstage: { ledger, emit, clock } as never }).list();
  await expect(away).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  expect(events).toMatchObject([{ type: 'ledger.unavailable' }]);
  await ledger.close();
});
