import type { Ledger } from '../../lib/ledger/ledger.js';
import type { DeliveryAnswer } from '../../lib/fanfare-api/answers.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { ManualClock } from '../support/manual-clock.js';
import { DONE, DOWN, HOUR, MINUTE, numbered, Rig, SECOND, standIn, tooMany } from './rig.js';

describe('delivering', () => {
  it('tells Fanfare once, at once, with the admission id as the key of idempotency', async () => {
    const rig = new Rig();
    rig.delivery.start();
    await rig.clock.advance(400);
    await rig.order('a');
    rig.delivery.nudge();
    await rig.clock.advance(0);
    expect(rig.fanfare.calls).toEqual([{ id: 'a', at: rig.start + 400 }]);
    await rig.clock.advance(HOUR);
    expect(rig.fanfare.calls).toHaveLength(1);
    expect(await rig.states('a')).toEqual(['delivered']);
    expect(rig.events).toMatchObject([
      { type: 'completion.delivered', admissionId: 'a', orderId: 'order-a', attempts: 1 },
    ]);
    await rig.delivery.stop();
  });

  it('asks the ledger once for all who nudge in one turn, and for all answers of one', async () => {
    const asked: number[] = [];
    const rig = new Rig({}, (ledger) =>
      standIn(ledger, {
        takeDue: (limit, leaseMs) => {
          asked.push(limit);
          return ledger.takeDue(limit, leaseMs);
        },
      }),
    );
    rig.delivery.start();
    await rig.clock.advance(0);
    await rig.order(...numbered(15));
    asked.length = 0;
    for (let order = 0; order < 15; order += 1) rig.delivery.nudge();
    await rig.clock.advance(0);
    expect(rig.fanfare.calls).toHaveLength(15);
    expect(asked).toEqual([10, 10]);
    await rig.delivery.stop();
  });

  it('tells of what was recorded just before it is stopped', async () => {
    const rig = new Rig();
    rig.delivery.start();
    await rig.clock.advance(0);
    await rig.order('a');
    rig.delivery.nudge();
    await rig.delivery.stop();
    expect(await rig.states('a')).toEqual(['delivered']);
    rig.delivery.nudge();
    await rig.order('b');
    await rig.clock.advance(MINUTE);
    expect(await rig.states('b')).toEqual(['ordered']);
  });

  it('finds what is due at the next tick when nobody nudges', async () => {
    const rig = new Rig();
    rig.delivery.start();
    await rig.clock.advance(300);
    await rig.order('a');
    await rig.clock.advance(SECOND);
    expect(rig.fanfare.timesOf('a', rig.start)).toEqual([SECOND]);
    await rig.delivery.stop();
  });

  it('has at most ten in flight, and takes the next as soon as one is done', async () => {
    const rig = new Rig();
    const names = numbered(25);
    await rig.order(...names);
    const waiting: (() => void)[] = [];
    rig.fanfare.answer = () =>
      new Promise((resolve) =>
        waiting.push(() => {
          resolve(DONE);
        }),
      );
    rig.delivery.start();
    await rig.clock.advance(5 * SECOND);
    expect(waiting).toHaveLength(10);
    waiting.shift()!();
    await rig.clock.advance(0);
    expect(rig.fanfare.calls).toHaveLength(11);
    rig.fanfare.answer = () => DONE;
    for (const done of waiting) done();
    await rig.clock.advance(0);
    expect(new Set(await rig.states(...names))).toEqual(new Set(['delivered']));
    expect(rig.fanfare.calls).toHaveLength(25);
    await rig.delivery.stop();
  });

  it('follows the schedule after failures and says each retry', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.fanfare.answer = () => DOWN;
    rig.delivery.start();
    await rig.clock.advance(40 * MINUTE);
    const seconds = [0, 5, 35, 155, 455, 2_255];
    expect(rig.fanfare.timesOf('a', rig.start)).toEqual(seconds.map((at) => at * SECOND));
    const retries = rig.said('completion.retry');
    expect(retries).toHaveLength(6);
    expect(retries[0]).toMatchObject({ reason: 'ECONNREFUSED', nextAttemptAt: rig.start + 5 * SECOND });
    await rig.delivery.stop();
  });

  it.each([-HOUR, HOUR])("keeps the schedule by the ledger's time, %d ms off ours", async (ahead) => {
    const rig: Rig = new Rig({}, () =>
      memoryLedger({
        clock: { now: () => rig.clock.now() + ahead, after: () => ({ cancel: () => undefined }) },
      }),
    );
    await rig.order('a');
    rig.fanfare.answer = () => DOWN;
    rig.delivery.start();
    await rig.clock.advance(MINUTE);
    expect(rig.fanfare.timesOf('a', rig.start)).toEqual([0, 5 * SECOND, 35 * SECOND]);
    await rig.delivery.stop();
  });

  it('delivers everything after an outage of 72 hours, and buries nothing', async () => {
    const rig = new Rig();
    const names = numbered(30);
    await rig.order(...names);
    const over = rig.start + 72 * HOUR;
    rig.fanfare.answer = () => (rig.clock.now() < over ? DOWN : DONE);
    rig.delivery.start();
    await rig.clock.advance(72 * HOUR - 1);
    expect(new Set(await rig.states(...names))).toEqual(new Set(['ordered']));
    await rig.clock.advance(MINUTE);
    expect(new Set(await rig.states(...names))).toEqual(new Set(['delivered']));
    expect(rig.said('completion.dead')).toEqual([]);
    await rig.delivery.stop();
  });

  it('treats a client that throws as one that failed, without its message', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.fanfare.answer = () => Promise.reject(new RangeError('Bearer sk_live_secret'));
    rig.delivery.start();
    await rig.clock.advance(SECOND);
    expect((await rig.progress('a'))?.lastReason).toBe('RangeError');
    expect(JSON.stringify(rig.events)).not.toContain('sk_live');
    await rig.delivery.stop();
  });

  it('keeps to deliveriesPerMinute', async () => {
    const rig = new Rig({ deliveriesPerMinute: 6 });
    await rig.order(...numbered(12));
    rig.delivery.start();
    await rig.clock.advance(MINUTE - SECOND);
    expect(rig.fanfare.calls).toHaveLength(6);
    await rig.clock.advance(MINUTE);
    expect(rig.fanfare.calls).toHaveLength(12);
    await rig.delivery.stop();
  });
});

describe('starting and stopping', () => {
  it('does nothing before start and nothing after stop', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.delivery.nudge();
    await rig.clock.advance(MINUTE);
    expect(rig.delivery.state).toBe('stopped');
    rig.delivery.start();
    expect(rig.delivery.state).toBe('running');
    await rig.clock.advance(0);
    await rig.delivery.stop();
    expect(rig.delivery.state).toBe('stopped');
    await rig.order('b');
    rig.delivery.nudge();
    await rig.clock.advance(HOUR);
    expect(rig.fanfare.calls.map(({ id }) => id)).toEqual(['a']);
  });

  it('lets a running delivery finish, and resolves when it is written down', async () => {
    const rig = new Rig();
    await rig.order('a');
    let finish: (answer: DeliveryAnswer) => void = () => undefined;
    rig.fanfare.answer = () => new Promise((resolve) => (finish = resolve));
    rig.delivery.start();
    await rig.clock.advance(0);
    let stopped = false;
    const stopping = rig.delivery.stop().then(() => (stopped = true));
    await rig.clock.advance(5 * SECOND);
    expect(stopped).toBe(false);
    finish(DONE);
    await stopping;
    expect(await rig.states('a')).toEqual(['delivered']);
  });

  it('delivers what an earlier process left behind when its lease has run out', async () => {
    const rig = new Rig();
    await rig.order('a', 'b');
    const dead = rig.another({ complete: () => new Promise(() => undefined) }, new ManualClock());
    dead.start();
    await rig.clock.advance(SECOND);
    rig.delivery.start();
    await rig.clock.advance(13 * SECOND);
    expect(rig.fanfare.calls).toEqual([]);
    await rig.clock.advance(2 * SECOND);
    expect(await rig.states('a', 'b')).toEqual(['delivered', 'delivered']);
    await rig.delivery.stop();
  });

  it('says nothing about a row that somebody else has taken meanwhile', async () => {
    const rig = new Rig();
    await rig.order('a');
    let answerSlowly: (answer: DeliveryAnswer) => void = () => undefined;
    const complete = () => new Promise<DeliveryAnswer>((resolve) => (answerSlowly = resolve));
    const slow = rig.another({ complete }, new ManualClock());
    slow.start();
    await rig.clock.advance(31 * SECOND);
    rig.delivery.start();
    await rig.clock.advance(SECOND);
    answerSlowly(DOWN);
    await rig.clock.advance(0);
    expect(await rig.states('a')).toEqual(['delivered']);
    expect(rig.said('completion.retry')).toEqual([]);
    await Promise.all([slow.stop(), rig.delivery.stop()]);
  });
});

describe('a ledger that is away', () => {
  it('is said once a minute, and the loop goes on when it is back', async () => {
    let away = true;
    const rig = new Rig({}, (ledger) => {
      const takeDue: Ledger['takeDue'] = (...asked) =>
        away ? Promise.reject(new Error('disk I/O error')) : ledger.takeDue(...asked);
      return standIn(ledger, { takeDue });
    });
    await rig.order('a');
    rig.delivery.start();
    await rig.clock.advance(150 * SECOND);
    expect(rig.said('ledger.unavailable')).toHaveLength(3);
    expect(rig.said('ledger.unavailable')[0]).toMatchObject({
      engine: 'memory',
      cause: { message: 'disk I/O error' },
    });
    away = false;
    await rig.clock.advance(SECOND);
    expect(await rig.states('a')).toEqual(['delivered']);
    await rig.delivery.stop();
  });

  it('that never answers stops neither the loop nor stop()', async () => {
    const rig = new Rig({}, (ledger) =>
      standIn(ledger, {
        takeDue: () => new Promise(() => undefined),
      }),
    );
    rig.delivery.start();
    await rig.clock.advance(11 * SECOND);
    expect(rig.said('ledger.unavailable')).toHaveLength(1);
    const stopping = rig.delivery.stop();
    await rig.clock.advance(11 * SECOND);
    await stopping;
    expect(rig.delivery.state).toBe('stopped');
  });

  it('while an answer is written down means that it is delivered once more, not lost', async () => {
    let fail = true;
    const rig = new Rig({}, (ledger) => {
      const settleDelivery: Ledger['settleDelivery'] = (...asked) => {
        if (fail) return Promise.reject(new Error('locked'));
        return ledger.settleDelivery(...asked);
      };
      return standIn(ledger, { settleDelivery });
    });
    await rig.order('a');
    rig.delivery.start();
    await rig.clock.advance(SECOND);
    expect(rig.said('completion.delivered')).toEqual([]);
    fail = false;
    await rig.clock.advance(30 * SECOND);
    expect(rig.fanfare.calls).toHaveLength(2);
    expect(await rig.states('a')).toEqual(['delivered']);
    await rig.delivery.stop();
  });
});

describe("a limit on Fanfare's side", () => {
  it('halves what is in flight, and holds the whole queue for Retry-After', async () => {
    const rig = new Rig();
    const names = numbered(20);
    await rig.order(...names);
    rig.fanfare.answer = () => tooMany(2 * MINUTE);
    rig.delivery.start();
    await rig.clock.advance(2 * MINUTE - SECOND);
    expect(rig.fanfare.calls).toHaveLength(10);
    const waiting: (() => void)[] = [];
    rig.fanfare.answer = () =>
      new Promise((resolve) =>
        waiting.push(() => {
          resolve(DONE);
        }),
      );
    await rig.clock.advance(SECOND);
    expect(waiting).toHaveLength(5);
    rig.fanfare.answer = () => DONE;
    for (const done of waiting) done();
    await rig.clock.advance(10 * MINUTE);
    expect(new Set(await rig.states(...names))).toEqual(new Set(['delivered']));
    await rig.delivery.stop();
  });

  it('waits for the reset when nothing remains', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.fanfare.answer = () => ({ ...DONE, rateLimit: { remaining: 0, resetAt: rig.start + 30 * SECOND } });
    rig.delivery.start();
    await rig.clock.advance(SECOND);
    await rig.order('b');
    await rig.clock.advance(28 * SECOND);
    expect(rig.fanfare.calls).toHaveLength(1);
    await rig.clock.advance(SECOND);
    expect(rig.fanfare.timesOf('b', rig.start)).toEqual([30 * SECOND]);
    await rig.delivery.stop();
  });
});
