import { createWork, type Work, type WorkParts } from '../../lib/completion/work.js';
import type { FindOrder } from '../../lib/completion/lookup.js';
import { FanfareError } from '../../lib/errors.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { DONE, DOWN, HOUR, MINUTE, refusal, Rig, SECOND, standIn } from './rig.js';

let overdue: unknown[];
beforeEach(() => {
  overdue = [];
});

function workOf(
  rig: Rig,
  delivery: Partial<WorkParts['delivery']> = {},
  owner = 'process',
  findOrder?: FindOrder,
): Work {
  return createWork({
    ledger: rig.ledger,
    client: rig.fanfare,
    clock: rig.clock,
    emit: rig.emit,
    random: () => 0,
    owner,
    led: () => [],
    ...(findOrder && { findOrder }),
    settings: { orderGraceMs: 900_000 },
    latePayment: 'honour',
    delivery: {
      mode: 'automatic',
      overdueSeconds: 1_800,
      onOverdue: (one) => overdue.push(one),
      ...delivery,
    },
  });
}

async function failure(promise: Promise<unknown>): Promise<FanfareError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FanfareError);
  return error as FanfareError;
}

describe('two processes on one ledger', () => {
  it('send at the pace of one, and share a pause', async () => {
    const rig = new Rig();
    const works = ['one', 'other'].map((owner) => workOf(rig, { deliveriesPerMinute: 6 }, owner));
    await rig.order('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    for (const work of works) work.start();
    await rig.clock.advance(MINUTE - SECOND);
    expect(rig.fanfare.calls).toHaveLength(6);
    expect(works.map(({ state }) => state)).toEqual(['running', 'standby']);
    rig.fanfare.answer = () => refusal(401);
    await rig.clock.advance(MINUTE);
    const sent = rig.fanfare.calls.length;
    await works[0]?.stop();
    await rig.clock.advance(3 * SECOND);
    expect(works.map(({ state }) => state)).toEqual(['stopped', 'paused']);
    await rig.clock.advance(40 * SECOND);
    expect(rig.fanfare.calls.length - sent).toBeLessThanOrEqual(1);
    await works[1]?.stop();
  });

  it('ask findOrder once a minute between them', async () => {
    const rig = new Rig();
    const asked: string[] = [];
    const works = ['one', 'other'].map((owner) =>
      workOf(rig, {}, owner, (_admission, { attempt }) => {
        asked.push(attempt.id);
        throw new Error('the order database is away');
      }),
    );
    await rig.claim('a', SECOND);
    await rig.clock.advance(SECOND);
    for (const work of works) work.start();
    await rig.clock.advance(2 * MINUTE + SECOND);
    expect(asked).toEqual(['attempt-a', 'attempt-a', 'attempt-a']);
    for (const work of works) await work.stop();
  });
});

describe('deliver', () => {
  it('sends one completion at its word, and is idempotent', async () => {
    const rig = new Rig();
    const work = workOf(rig, { mode: 'manual' });
    work.start();
    await rig.order('a', 'b');
    await rig.clock.advance(HOUR);
    expect(rig.fanfare.calls).toEqual([]);
    expect(work.state).toBe('manual');
    expect(await work.deliver('a')).toBe('delivered');
    expect(await work.deliver('a')).toBe('delivered');
    expect(rig.fanfare.calls.map(({ id }) => id)).toEqual(['a']);
    expect(await rig.states('a', 'b')).toEqual(['delivered', 'ordered']);
    await work.stop();
  });

  it('rejects with when to call again, before and after the schedule would', async () => {
    const rig = new Rig();
    const work = workOf(rig, { mode: 'manual' });
    await rig.order('a');
    rig.fanfare.answer = () => DOWN;
    const error = await failure(work.deliver('a'));
    expect(error).toMatchObject({ code: 'FANFARE_UNAVAILABLE', headers: { 'Retry-After': '5' } });
    expect(error.message).toContain('ECONNREFUSED');
    rig.fanfare.answer = () => DONE;
    expect(await work.deliver('a')).toBe('delivered');
  });

  it('is never sent twice at once', async () => {
    const rig = new Rig();
    const [one, other] = [workOf(rig, { mode: 'manual' }), workOf(rig, { mode: 'manual' })];
    await rig.order('a');
    let finish: () => void = () => undefined;
    rig.fanfare.answer = () =>
      new Promise(
        (resolve) =>
          (finish = () => {
            resolve(DONE);
          }),
      );
    const first = one.deliver('a');
    await rig.clock.advance(0);
    expect(await failure(other.deliver('a'))).toMatchObject({ code: 'FANFARE_UNAVAILABLE' });
    finish();
    expect(await first).toBe('delivered');
    expect(rig.fanfare.calls).toHaveLength(1);
  });

  it.each(['automatic', 'manual'] as const)('is waited for by a stop (%s)', async (mode) => {
    const rig = new Rig();
    const work = workOf(rig, { mode });
    await rig.order('a');
    let finish: () => void = () => undefined;
    rig.fanfare.answer = () =>
      new Promise(
        (resolve) =>
          (finish = () => {
            resolve(DONE);
          }),
      );
    const delivered = work.deliver('a');
    await rig.clock.advance(0);
    let stopped = false;
    const stopping = work.stop().then(() => (stopped = true));
    await rig.clock.advance(SECOND);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(await rig.states('a')).toEqual(['delivered']);
    expect(await delivered).toBe('delivered');
  });

  it('resolves when there is nothing left to do, and rejects when there is no order', async () => {
    const rig = new Rig();
    const work = workOf(rig, { mode: 'manual' });
    await rig.order('a');
    rig.fanfare.answer = () => refusal(422, true);
    expect(await work.deliver('a')).toBe('dead');
    expect(await work.deliver('a')).toBe('dead');
    await rig.ledger.discard('a');
    expect(await work.deliver('a')).toBe('discarded');
    expect(await failure(work.deliver('nobody'))).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
    expect(await failure(work.deliver('no id!'))).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
  });

  it('resumes what a refused key has paused', async () => {
    const rig = new Rig();
    const work = workOf(rig, { mode: 'manual' });
    await rig.order('a', 'b');
    rig.fanfare.answer = () => refusal(401);
    await failure(work.deliver('a'));
    rig.fanfare.answer = () => DONE;
    expect(await work.deliver('b')).toBe('delivered');
    expect(rig.said('deliveries.paused', 'deliveries.resumed')).toHaveLength(2);
    expect(await rig.progress('a')).toMatchObject({ attempts: 0 });
  });

  it('says when the ledger is away', async () => {
    const rig = new Rig({}, (ledger: Ledger) => {
      const gone = (): Promise<never> => Promise.reject(new Error('gone'));
      return standIn(ledger, { take: gone, find: gone });
    });
    const work = workOf(rig, { mode: 'manual' });
    expect(await failure(work.deliver('a'))).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });
});

describe('what is said', () => {
  it('of an overdue order, as an event and to the callback', async () => {
    const rig = new Rig();
    const work = workOf(rig, { overdueSeconds: 60 });
    await rig.order('a');
    rig.fanfare.answer = () => DOWN;
    work.start();
    await rig.clock.advance(2 * MINUTE);
    const named = { admissionId: 'a', orderId: 'order-a', completedAt: rig.start };
    expect(rig.said('completion.overdue')).toMatchObject([{ ...named, level: 'warn' }]);
    expect(overdue).toMatchObject([{ ...named, state: 'ordered', attempts: 3, reason: 'ECONNREFUSED' }]);
    await work.stop();
  });

  it('of a ledger that could lose orders, once', async () => {
    const warning = 'The server keeps nothing on disk.';
    const rig = new Rig({}, (ledger) => standIn(ledger, { open: () => Promise.resolve([warning]) }));
    const work = workOf(rig);
    work.start();
    await work.open();
    await rig.clock.advance(0);
    expect(rig.said('ledger.unsafe')).toMatchObject([{ message: warning, engine: 'memory', level: 'warn' }]);
    await work.stop();
  });

  it('of it as well when the ledger was away at the start', async () => {
    let away = true;
    const gone = (): Promise<never> => Promise.reject(new Error('gone'));
    const rig = new Rig({}, (ledger) =>
      standIn(ledger, {
        open: () => (away ? gone() : Promise.resolve(['The server keeps nothing on disk.'])),
        lead: (request) => (away ? gone() : ledger.lead(request)),
      }),
    );
    const work = workOf(rig);
    work.start();
    await rig.clock.advance(MINUTE);
    away = false;
    await rig.clock.advance(2 * SECOND);
    expect(rig.said('ledger.unsafe')).toHaveLength(1);
    await work.stop();
  });
});
