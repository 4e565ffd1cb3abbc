/** What reservations do, whatever database they are on. */
import { describeLeave } from './leave.js';
import { describePurge } from './purging.js';
import { describeReconcile } from './reconciling.js';
import type { CartLine } from '../../lib/reservations/index.js';
import { until } from '../support/shop.js';
import type { Rig } from './rig.js';
import { MINUTE, rejection } from './rig.js';

export function describeReservations(title: string, open: () => Promise<Rig>): void {
  describe(title, () => {
    let rig: Rig;
    beforeEach(async () => {
      rig = await open();
      await rig.stock({ lamp: 5, shade: 3 });
    });
    afterEach(async () => {
      await rig.reservations.close();
      await rig.shop.close();
    });
    describeHolding(() => rig);
    describeLeave(() => rig);
    describeOrders(() => rig);
    describeEnds(() => rig);
    describePurge(() => rig);
    describeReconcile(() => rig);
  });
}

function describeHolding(rig: () => Rig): void {
  describe('hold', () => {
    it('takes from the stock until a minute past the admission’s end', async () => {
      const admission = rig().admission('a');
      const [held] = await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
      expect(held).toMatchObject({
        line: 'lamp',
        item: 'lamp',
        quantity: 2,
        state: 'held',
        admissionId: 'a',
      });
      expect(held!.expiresAt).toBe(admission.expiresAt + MINUTE);
      expect(await rig().reservations.find(admission)).toEqual([held]);
      expect(await rig().left('lamp')).toBe(3);
      expect(rig().events).toMatchObject([{ type: 'reservation.held', admissionId: 'a', quantity: 2 }]);
    });

    it('repeated, takes nothing more and says nothing; changed, moves the difference', async () => {
      const admission = rig().admission('a');
      const hold = (quantity: number, item = 'lamp') =>
        rig().reservations.hold(admission, [{ line: 'first', item, quantity }]);
      const [before] = await hold(2);
      expect(await hold(2)).toEqual([before]);
      expect([await rig().left('lamp'), rig().events.length]).toEqual([3, 1]);
      await hold(4);
      expect(await rig().left('lamp')).toBe(1);
      await hold(1);
      expect(await rig().left('lamp')).toBe(4);
      await hold(3, 'shade');
      expect([await rig().left('lamp'), await rig().left('shade')]).toEqual([5, 0]);
      expect(await rig().reservations.find(admission)).toMatchObject([{ id: before!.id, item: 'shade' }]);
    });

    it('two lines of one item count together', async () => {
      const lines = [
        { line: 'one', item: 'lamp', quantity: 3 },
        { line: 'two', item: 'lamp', quantity: 3 },
      ];
      const error = await rejection(rig().reservations.hold(rig().admission('a'), lines));
      expect(error).toMatchObject({ code: 'SOLD_OUT', status: 409, lines: ['one', 'two'] });
      expect(await rig().left('lamp')).toBe(5);
    });

    it('holds all lines or none, and names those that are short', async () => {
      await rig().reservations.hold(rig().admission('a'), [{ item: 'shade', quantity: 2 }]);
      const lines = [
        { item: 'lamp', quantity: 1 },
        { item: 'shade', quantity: 2 },
      ];
      const error = await rejection(rig().reservations.hold(rig().admission('b'), lines));
      expect(error).toMatchObject({ code: 'SOLD_OUT', lines: ['shade'] });
      expect([await rig().left('lamp'), await rig().left('shade')]).toEqual([5, 1]);
      expect(await rig().outcomes({ id: 'b' })).toEqual([]);
    });

    it('refuses an admission whose time is over, and one that an order has used', async () => {
      const admission = rig().admission('a');
      await rig().clock.advance(10.5 * MINUTE);
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 1 }]);
      await rig().clock.advance(MINUTE);
      const late = rig().reservations.hold(admission, [{ line: 'more', item: 'lamp', quantity: 1 }]);
      expect(await rejection(late)).toMatchObject({ code: 'ADMISSION_EXPIRED' });
      await rig().reservations.convert(admission, { orderId: 'o1', lines: [{ item: 'lamp', quantity: 1 }] });
      const again = rig().reservations.hold({ ...admission, expiresAt: admission.expiresAt + 10 * MINUTE }, [
        { line: 'more', item: 'lamp', quantity: 1 },
      ]);
      expect(await rejection(again)).toMatchObject({ code: 'ADMISSION_USED', orderId: 'o1' });
    });

    it('without a known end it lasts for the window, and a repetition does not prolong it', async () => {
      const hold = () => rig().reservations.hold({ id: 'a' }, [{ item: 'lamp', quantity: 1 }]);
      const [first] = await hold();
      expect(first!.expiresAt).toBe(rig().clock.now() + 31 * MINUTE);
      await rig().clock.advance(30 * MINUTE);
      expect((await hold())[0]!.expiresAt).toBe(first!.expiresAt);
      await rig().clock.advance(2 * MINUTE);
      expect((await hold())[0]).toMatchObject({ id: first!.id, expiresAt: rig().clock.now() + 31 * MINUTE });
      expect(await rig().left('lamp')).toBe(4);
    });

    it('takes a line anew that was given back, and keeps the record of the first time', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 1 }]);
      await rig().reservations.release(admission);
      await rig().clock.advance(1);
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
      expect(await rig().outcomes(admission)).toEqual(['2 lamp held', '1 lamp released']);
      expect(await rig().left('lamp')).toBe(3);
    });

    it.each([
      ['no id', {}, [{ item: 'lamp', quantity: 1 }], /"id"/],
      ['a strange id', { id: "a' --" }, [{ item: 'lamp', quantity: 1 }], /"id"/],
      ['no lines', { id: 'a' }, [], /"lines" must be a list of 1 to 100/],
      ['no admission', undefined, [{ item: 'lamp', quantity: 1 }], /"id"/],
      ['null for an admission', null, [{ item: 'lamp', quantity: 1 }], /"id"/],
      ['null for a line', { id: 'a' }, [null], /"quantity"/],
      ['nothing for a line', { id: 'a' }, [undefined], /"quantity"/],
      ['a hole for a line', { id: 'a' }, new Array(1), /"quantity"/],
      ['an object for lines', { id: 'a' }, { length: 1 }, /"lines" must be a list of 1 to 100/],
      ['null for a name', { id: 'a' }, [{ item: 'lamp', quantity: 1, line: null }], /"line"/],
      [
        'text for an end',
        { id: 'a', expiresAt: '9000000000000' },
        [{ item: 'lamp', quantity: 1 }],
        /"expiresAt"/,
      ],
      ['null for an end', { id: 'a', expiresAt: null }, [{ item: 'lamp', quantity: 1 }], /"expiresAt"/],
      ['no end at all', { id: 'a', expiresAt: Infinity }, [{ item: 'lamp', quantity: 1 }], /"expiresAt"/],
      [
        'a strange attempt',
        { id: 'a', attempt: { id: {} } },
        [{ item: 'lamp', quantity: 1 }],
        /"attempt.id"/,
      ],
      ['none of it', { id: 'a' }, [{ item: 'lamp', quantity: 0 }], /"quantity"/],
      ['less than none', { id: 'a' }, [{ item: 'lamp', quantity: -1 }], /"quantity"/],
      ['half a one', { id: 'a' }, [{ item: 'lamp', quantity: 0.5 }], /"quantity"/],
      ['text for a number', { id: 'a' }, [{ item: 'lamp', quantity: '1' }], /"quantity"/],
      ['a null', { id: 'a' }, [{ item: 'la\u0000mp', quantity: 1 }], /"item"/],
      [
        'one line twice',
        { id: 'a' },
        [
          { item: 'lamp', quantity: 1 },
          { item: 'lamp', quantity: 2 },
        ],
        /twice/,
      ],
    ])('refuses %s before anything is asked', async (_what, admission, lines, message) => {
      const error = await rejection(rig().reservations.hold(admission as never, lines as never));
      expect(error).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
      expect(String(error)).toMatch(message);
    });

    it('says that an item is not in the stock table, and takes SQL for the name that it is', async () => {
      const item = `lamp' OR '1'='1`;
      const error = await rejection(rig().reservations.hold({ id: 'a' }, [{ item, quantity: 1 }]));
      expect(String(error)).toMatch(/no row for the item "lamp' OR '1'='1"/);
      expect([await rig().left('lamp'), await rig().left('shade')]).toEqual([5, 3]);
    });
  });
}

function describeOrders(rig: () => Rig): void {
  describe('convert', () => {
    it('gives only this order’s lines to it, and the rest of the admission back', async () => {
      const [mine, other] = [rig().admission('a'), rig().admission('b')];
      for (const admission of [mine, other]) {
        await rig().reservations.hold(admission, [
          { item: 'lamp', quantity: 1 },
          { item: 'shade', quantity: 1 },
        ]);
      }
      const done = await rig().reservations.convert(mine, {
        orderId: 'o1',
        lines: [{ item: 'lamp', quantity: 1 }],
      });
      expect(done.converted).toMatchObject([{ line: 'lamp', state: 'converted', orderId: 'o1' }]);
      expect(done.released).toMatchObject([{ line: 'shade', state: 'released' }]);
      expect(await rig().outcomes(mine)).toEqual(['1 lamp converted', '1 shade released']);
      expect(await rig().outcomes(other)).toEqual(['1 lamp held', '1 shade held']);
      expect([await rig().left('lamp'), await rig().left('shade')]).toEqual([3, 2]);
    });

    it('is a no-op for the same order, and refuses another', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 1 }]);
      const lines = [{ item: 'lamp', quantity: 1 }];
      const first = await rig().reservations.convert(admission, { orderId: 'o1', lines });
      const second = await rig().reservations.convert(admission, { orderId: 'o1', lines });
      expect(second).toEqual({ converted: first.converted, released: [], settled: [] });
      const other = await rejection(rig().reservations.convert(admission, { orderId: 'o2', lines }));
      expect(other).toMatchObject({ code: 'ADMISSION_USED', orderId: 'o1' });
      expect(rig().said()).toEqual(['reservation.held', 'reservation.converted']);
    });

    it.each<[string, readonly CartLine[], readonly [line: string, item: string, quantity: number][]]>([
      ['a line that is not held', [{ item: 'shade', quantity: 1 }], [['shade', 'shade', 1]]],
      ['more than is held', [{ item: 'lamp', quantity: 4 }], [['lamp', 'lamp', 2]]],
      ['another item than is held', [{ line: 'lamp', item: 'shade', quantity: 2 }], [['lamp', 'shade', 2]]],
      [
        'several of these',
        [
          { line: 'x', item: 'lamp', quantity: 1 },
          { item: 'lamp', quantity: 2 },
          { item: 'shade', quantity: 3 },
        ],
        [
          ['x', 'lamp', 1],
          ['shade', 'shade', 3],
        ],
      ],
    ])(
      'rejects an order of %s, says how many are missing, and changes nothing',
      async (_what, lines, short) => {
        const admission = rig().admission('a');
        await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
        const missing = short.map(([line, item, quantity]) => ({ line, item, quantity }));
        const error = await rejection(rig().reservations.convert(admission, { orderId: 'o1', lines }));
        expect(error).toMatchObject({ code: 'RESERVATION_MISSING', status: 409, missing });
        expect(error).toMatchObject({ lines: short.map(([line]) => line) });
        expect(await rig().outcomes(admission)).toEqual(['2 lamp held']);
        expect([await rig().left('lamp'), await rig().left('shade')]).toEqual([3, 3]);
      },
    );

    it('rejects an order that does not say what was ordered', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
      for (const lines of [undefined, null, [], [null], ['lamp'], [{ item: 'lamp' }]]) {
        const order = { orderId: 'o1', lines } as never;
        const error = await rejection(rig().reservations.convert(admission, order));
        expect(error).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
      }
      for (const order of [undefined, null, 'o1', {}, { orderId: 1 }]) {
        const error = await rejection(rig().reservations.convert(admission, order as never));
        expect(error).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
      }
      expect(await rig().outcomes(admission)).toEqual(['2 lamp held']);
    });

    it('gives back nothing for what is no admission, no attempt or no list of lines', async () => {
      await rig().reservations.hold({ id: 'a' }, [{ item: 'lamp', quantity: 2 }]);
      const wrong: [unknown, unknown?][] = [
        ...[[undefined], [null], [{ id: 'a', attempt: { id: 7 } }]],
        ...[null, [], [null], 'lamp', new Array(1)].map((lines) => [{ id: 'a' }, lines]),
      ] as [unknown, unknown?][];
      for (const [admission, lines] of wrong) {
        const error = await rejection(rig().reservations.release(admission as never, lines as never));
        expect(error).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
      }
      expect(await rejection(rig().reservations.find(null as never))).toMatchObject({
        code: 'INVALID_ADMISSION_DATA',
      });
      expect(await rig().outcomes({ id: 'a' })).toEqual(['2 lamp held']);
    });

    it('gives back what was held above the order, as a hold of its own', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 4 }]);
      const lines = [{ item: 'lamp', quantity: 3 }];
      const { converted, released, settled } = await rig().reservations.convert(admission, {
        ...{ orderId: 'o1', lines },
      });
      expect(converted).toMatchObject([{ quantity: 3, state: 'converted', orderId: 'o1' }]);
      expect(released).toMatchObject([{ quantity: 1, state: 'released', settledAt: rig().clock.now() }]);
      expect(settled).toEqual([...converted, ...released]);
      expect(new Set(await rig().reservations.find(admission))).toEqual(new Set(settled));
      expect([await rig().left('lamp'), (await rig().reservations.reconcile()).items]).toMatchObject([
        2,
        [{ available: 2, held: 0, sold: 3 }],
      ]);
      expect(rig().said().slice(0, 3)).toEqual([
        ...['reservation.held', 'reservation.converted', 'reservation.released'],
      ]);
    });

    it('takes a hold that is past its time but was not swept', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 1 }]);
      await rig().clock.advance(60 * MINUTE);
      await rig().reservations.convert(admission, { orderId: 'o1', lines: [{ item: 'lamp', quantity: 1 }] });
      expect((await rig().reservations.sweep()).expired).toEqual([]);
      expect(await rig().outcomes(admission)).toEqual(['1 lamp converted']);
    });
  });

  it('release gives back what is named, and never what was sold', async () => {
    const admission = rig().admission('a');
    await rig().reservations.hold(admission, [
      { item: 'lamp', quantity: 2 },
      { item: 'shade', quantity: 1 },
    ]);
    expect(await rig().reservations.release(admission, ['shade'])).toMatchObject([{ line: 'shade' }]);
    await rig().reservations.convert(admission, { orderId: 'o1', lines: [{ item: 'lamp', quantity: 2 }] });
    expect(await rig().reservations.release(admission)).toEqual([]);
    expect([await rig().left('lamp'), await rig().left('shade')]).toEqual([3, 3]);
  });
}

function describeEnds(rig: () => Rig): void {
  describe('sweep', () => {
    it('writes expired and gives the stock back, once the minute is over', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
      await rig().clock.advance(11 * MINUTE - 1);
      expect(await rig().reservations.sweep()).toEqual({
        expired: [],
        converted: [],
        waiting: [],
        failed: [],
        purged: 0,
      });
      await rig().clock.advance(1);
      const { expired } = await rig().reservations.sweep();
      expect(expired).toMatchObject([{ line: 'lamp', state: 'expired', settledAt: rig().clock.now() }]);
      expect(await rig().outcomes(admission)).toEqual(['2 lamp expired']);
      expect(await rig().left('lamp')).toBe(5);
      expect((await rig().reservations.sweep()).expired).toEqual([]);
      expect(rig().said()).toEqual(['reservation.held', 'reservation.expired']);
    });

    it('leaves the holds of an active, a pending and an unresolved attempt alone', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
      await rig().clock.advance(10 * MINUTE);
      const holder = await rig().attempt(admission);
      const waits = async () => {
        expect((await rig().reservations.sweep()).waiting).toEqual(['a']);
        expect(await rig().left('lamp')).toBe(3);
      };
      await rig().clock.advance(1.5 * MINUTE);
      await waits();
      await rig().ledger.settle(holder, { to: 'pending', pendingMs: 10 * MINUTE });
      await rig().clock.advance(5 * MINUTE);
      await waits();
      await rig().clock.advance(60 * MINUTE);
      expect(await rig().ledger.find('a')).toMatchObject({ state: 'unresolved' });
      await waits();
      await rig().ledger.settle(holder, { to: 'free' });
      expect((await rig().reservations.sweep()).expired).toHaveLength(1);
      expect(await rig().left('lamp')).toBe(5);
    });

    it('gives what is still held to the order that the ledger knows', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
      await rig().order(admission, 'o1');
      await rig().clock.advance(11 * MINUTE);
      const { converted } = await rig().reservations.sweep();
      expect(converted).toMatchObject([{ state: 'converted', orderId: 'o1' }]);
      expect([await rig().left('lamp'), await rig().outcomes(admission)]).toEqual([3, ['2 lamp converted']]);
    });

    it('goes through more than a page, past those that wait', async () => {
      await rig().stock({ bulb: 250 });
      for (let number = 0; number < 230; number += 1) {
        const admission = rig().admission(`a${String(number)}`);
        await rig().reservations.hold(admission, [{ item: 'bulb', quantity: 1 }]);
        if (number % 2 === 0) await rig().attempt(admission);
      }
      await rig().clock.advance(11 * MINUTE);
      const { expired, waiting } = await rig().reservations.sweep();
      expect([expired.length, waiting.length, await rig().left('bulb')]).toEqual([115, 115, 135]);
    });

    it('leaves alone what the ledger cannot be asked about, says so, and sweeps the rest', async () => {
      for (const id of ['a', 'b', 'c']) {
        await rig().reservations.hold(rig().admission(id), [{ item: 'lamp', quantity: 1 }]);
      }
      await rig().clock.advance(11 * MINUTE);
      const cause = new Error('away');
      const find = jest.spyOn(rig().ledger, 'find').mockRejectedValueOnce(cause).mockRejectedValueOnce(cause);
      const { expired, failed } = await rig().reservations.sweep();
      expect(failed).toEqual([
        { admissionId: 'a', cause },
        { admissionId: 'b', cause },
      ]);
      expect([expired.length, await rig().left('lamp')]).toEqual([1, 3]);
      expect(rig().events.at(-1)).toMatchObject({ type: 'reservation.sweep_failed', admissions: 2, cause });
      find.mockRestore();
      expect((await rig().reservations.sweep()).expired).toHaveLength(2);
    });

    it('does not wait for ever for a ledger that is silent', async () => {
      await rig().reservations.hold(rig().admission('a'), [{ item: 'lamp', quantity: 1 }]);
      await rig().clock.advance(11 * MINUTE);
      const find = jest.spyOn(rig().ledger, 'find').mockReturnValue(new Promise(() => undefined));
      const [sweeping, reconciling] = [rig().reservations.sweep(), rejection(rig().reservations.reconcile())];
      await until(() => find.mock.calls.length === 2);
      await rig().clock.advance(10_000);
      expect(await sweeping).toMatchObject({ expired: [], failed: [{ admissionId: 'a' }] });
      expect(String(await reconciling)).toMatch(/memory ledger did not answer within 10000 ms/);
      find.mockRestore();
    });
  });
}
