import { completionsOf } from '../../lib/completion/operate.js';
import type { CompletionQuery } from '../../lib/completion/operate.js';
import { FanfareError } from '../../lib/errors.js';
import type { FanfareEvent } from '../../lib/events.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { dead, delivered, dies, discarded, ordered, waiting } from '../support/completions.js';
import { ManualClock } from '../support/manual-clock.js';
import { MINUTE, numbered, SECOND, standIn } from './rig.js';

let clock: ManualClock;
let ledger: Ledger;
let events: FanfareEvent[];

beforeEach(() => {
  clock = new ManualClock();
  ledger = memoryLedger({ clock });
  events = [];
});

function completions(asked: Ledger = ledger) {
  return completionsOf({ ledger: asked, clock, emit: (event) => events.push(event) });
}

async function idsOf(query?: CompletionQuery): Promise<string[]> {
  return (await completions().list(query)).map(({ admissionId }) => admissionId);
}

async function oneOfEach(): Promise<void> {
  for (const [make, id] of [
    [ordered, 'ordered'],
    [delivered, 'delivered'],
    [dead, 'dead'],
    [discarded, 'discarded'],
  ] as const) {
    await make(ledger, id);
    await clock.advance(SECOND);
  }
  await ledger.claim({
    admission: { id: 'claimed', consumerId: 'c', distributionId: 'q', distributionType: 'queue' },
    ...{ tokenHash: 't', sidHash: 's', attemptId: 'a', owner: 'o' },
    ...{ leaseMs: 1, supersede: true, takeUnresolved: true },
  });
}

describe('list', () => {
  it('shows what Fanfare has not heard of, the oldest first', async () => {
    await oneOfEach();
    expect(await idsOf()).toEqual(['ordered', 'dead']);
  });

  it('shows any state, and never what has no order', async () => {
    await oneOfEach();
    expect(await idsOf({ states: ['delivered'] })).toEqual(['delivered']);
    expect(await idsOf({ states: ['discarded', 'dead'] })).toEqual(['dead', 'discarded']);
    expect(await idsOf({ states: ['ordered', 'delivered', 'dead', 'discarded'] })).toHaveLength(4);
    expect(await idsOf({ states: [] })).toEqual([]);
  });

  it('shows only what has waited long enough', async () => {
    await ordered(ledger, 'first');
    await clock.advance(MINUTE);
    await ordered(ledger, 'second');
    expect(await idsOf({ olderThanSeconds: 60 })).toEqual(['first']);
    expect(await idsOf({ olderThanSeconds: 60.001 })).toEqual([]);
    expect(await idsOf({ olderThanSeconds: 0 })).toEqual(['first', 'second']);
  });

  it('shows at most a hundred, or as many as asked for', async () => {
    for (const id of numbered(101)) await ordered(ledger, id);
    expect(await idsOf()).toHaveLength(100);
    expect(await idsOf({ limit: 101 })).toHaveLength(101);
    expect(await idsOf({ limit: 1 })).toHaveLength(1);
  });

  it.each([
    [{ states: ['free'] }, '"states" must be a list of ordered, delivered, dead, discarded'],
    [{ states: 'dead' }, '"states"'],
    [{ olderThanSeconds: -1 }, '"olderThanSeconds"'],
    [{ olderThanSeconds: NaN }, '"olderThanSeconds"'],
    [{ olderThanSeconds: Infinity }, '"olderThanSeconds"'],
    [{ olderThanSeconds: '60' }, '"olderThanSeconds"'],
    [{ limit: 0 }, '"limit" must be a whole number from 1 to 10000'],
    [{ limit: 1.5 }, '"limit"'],
    [{ limit: 10_001 }, '"limit"'],
    [{ limit: '5' }, '"limit"'],
  ])('rejects %p and names the field', async (query, message) => {
    const listed = completions().list(query as CompletionQuery);
    await expect(listed).rejects.toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
    await expect(listed).rejects.toThrow(message);
    expect(events).toEqual([]);
  });
});

describe('count', () => {
  it('counts what Fanfare has not heard of, or any state that has an order', async () => {
    await oneOfEach();
    for (const id of numbered(1_200)) await ordered(ledger, id);
    expect(await completions().count()).toEqual({ ordered: 1_201, dead: 1 });
    expect(await completions().count({ states: ['delivered'] })).toEqual({ delivered: 1 });
    expect(await completions().count({ states: [] })).toEqual({});
    const wrong = completions().count({ states: ['free'] as never });
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
  });
});

describe('show', () => {
  const named = (id: string) => ({
    ...{ admissionId: id, orderId: `order-${id}`, amount: '129.00', currency: 'EUR' },
    ...{ consumerId: `cons_${id}`, distributionId: 'queue_1', distributionType: 'queue' },
  });

  it('tells all about one that waits', async () => {
    const completedAt = clock.now();
    await waiting(ledger, 'one', completedAt + MINUTE);
    await clock.advance(SECOND);
    expect(await completions().show('one')).toEqual({
      ...named('one'),
      ...{ state: 'ordered', completedAt, since: completedAt, nextAttemptAt: completedAt + MINUTE },
      ...{ attempts: 2, crashes: 1, lastStatus: 503, reason: 'HTTP 503' },
    });
  });

  it('tells since when one is dead, delivered or discarded', async () => {
    const completedAt = clock.now();
    for (const id of ['dead', 'delivered', 'discarded']) await ordered(ledger, id);
    await clock.advance(SECOND);
    const since = clock.now();
    await dies(ledger, 'dead');
    await dies(ledger, 'discarded');
    await ledger.discard('discarded');
    await ledger.settleDelivery('delivered', (await ledger.take('delivered', 1))!.leaseId, {
      to: 'delivered',
    });
    await clock.advance(SECOND);
    expect(await completions().show('dead')).toEqual({
      ...named('dead'),
      ...{ state: 'dead', completedAt, since, attempts: 1, crashes: 0 },
      ...{ lastStatus: 400, reason: 'CONSUMER_UNKNOWN' },
    });
    expect(await completions().show('delivered')).toEqual({
      ...named('delivered'),
      ...{ state: 'delivered', completedAt, since, deliveredAt: since },
    });
    expect(await completions().show('discarded')).toEqual({
      ...named('discarded'),
      ...{ state: 'discarded', completedAt, since, discardedAt: since },
    });
  });

  it('knows nothing of an admission without an order', async () => {
    await oneOfEach();
    expect(await completions().show('claimed')).toBeUndefined();
    expect(await completions().show('nobody')).toBeUndefined();
  });
});

describe('retry', () => {
  it.each(['dead', 'waiting'])('makes a %s one due at once, with its schedule begun anew', async (kind) => {
    if (kind === 'dead') await dead(ledger, 'one');
    else await waiting(ledger, 'one', clock.now() + MINUTE);
    expect(await ledger.takeDue(1, SECOND)).toEqual([]);
    expect(await completions().retry('one')).toBe(true);
    const [due] = await ledger.takeDue(1, SECOND);
    expect(due?.row.admission.id).toBe('one');
    expect(due?.row.delivery).toEqual({ attempts: 0, nextAttemptAt: 0, lease: expect.anything() as unknown });
  });

  it('leaves alone what is being sent, what is over and what is not there', async () => {
    await oneOfEach();
    await ledger.takeDue(1, MINUTE);
    for (const id of ['ordered', 'delivered', 'discarded', 'claimed', 'nobody']) {
      const before = await ledger.find(id);
      expect(await completions().retry(id)).toBe(false);
      expect(await ledger.find(id)).toEqual(before);
    }
  });
});

describe('retryAll', () => {
  it('retries all dead ones, however many, and nothing else', async () => {
    await oneOfEach();
    for (const id of numbered(1_100)) await dead(ledger, id);
    expect(await completions().retryAll()).toBe(1_101);
    expect(await idsOf({ states: ['dead'] })).toEqual([]);
    expect(await idsOf({ states: ['ordered'], limit: 2_000 })).toHaveLength(1_102);
    expect(await idsOf({ states: ['delivered', 'discarded'] })).toHaveLength(2);
    expect(await completions().retryAll()).toBe(0);
  });

  it('retries each once, though Fanfare refuses them again meanwhile', async () => {
    for (const id of ['a', 'b', 'c']) await dead(ledger, id);
    const refusing = standIn(ledger, {
      reschedule: async (id, delivery) => {
        const done = await ledger.reschedule(id, delivery);
        await dies(ledger, id);
        return done;
      },
    });
    expect(await completions(refusing).retryAll()).toBe(3);
  });

  it('lets other work through in between', async () => {
    for (const id of ['a', 'b']) await dead(ledger, id);
    let turned = false;
    setImmediate(() => (turned = true));
    await completions().retryAll();
    expect(turned).toBe(true);
  });

  it('says how many it got to when the ledger goes away', async () => {
    for (const id of ['a', 'b', 'c']) await dead(ledger, id);
    let left = 2;
    const failing = standIn(ledger, {
      reschedule: (id, delivery) => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('gone')) : ledger.reschedule(id, delivery);
      },
    });
    const all = completions(failing).retryAll();
    await expect(all).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    await expect(all).rejects.toThrow(/^2 completions are retried, the others could not be/);
    expect(await completions().retryAll()).toBe(1);
  });
});

describe('discard', () => {
  it('gives a dead one up', async () => {
    await dead(ledger, 'one');
    expect(await completions().discard('one')).toBe(true);
    expect(await completions().show('one')).toMatchObject({ state: 'discarded' });
    expect(await completions().discard('one')).toBe(false);
  });

  it('leaves everything else alone', async () => {
    await oneOfEach();
    for (const id of ['ordered', 'delivered', 'claimed', 'nobody']) {
      const before = await ledger.find(id);
      expect(await completions().discard(id)).toBe(false);
      expect(await ledger.find(id)).toEqual(before);
    }
  });
});

describe.each(['show', 'retry', 'discard'] as const)('%s', (method) => {
  it.each([[''], ['a b'], ['../x'], ['a'.repeat(129)], [undefined], [7], [{ id: 'a' }]])(
    'rejects %p, which is no id',
    async (id) => {
      const asked = completions()[method](id as string);
      await expect(asked).rejects.toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
      await expect(asked).rejects.toThrow('"admissionId" must be');
    },
  );

  it('rejects when the ledger cannot be asked, and says so as an event', async () => {
    await ledger.close();
    const asked = completions()[method]('one');
    await expect(asked).rejects.toBeInstanceOf(FanfareError);
    await expect(asked).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
      cause: expect.any(Error) as unknown,
    });
    expect(events).toMatchObject([{ type: 'ledger.unavailable', engine: 'memory' }]);
  });
});

it('waits two seconds for a ledger, no longer', async () => {
  const silent = standIn(ledger, { list: () => new Promise(() => undefined) });
  const listed = completions(silent).list();
  const rejected = expect(listed).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  await clock.advance(2 * SECOND);
  await rejected;
});
