/** What may be taken from holds while somebody may be paying for them, whatever database they are on. */
import { LINK_PREFIX } from '../../lib/ledger/link.js';
import { until } from '../support/shop.js';
import type { Admitted, Rig } from './rig.js';
import { MINUTE, rejection } from './rig.js';

const IN_USE = { code: 'ADMISSION_IN_USE', status: 409 };
const lamps = (quantity: number) => [{ item: 'lamp', quantity }];

export function describeLeave(rig: () => Rig): void {
  describe('while an order attempt is open', () => {
    it.each(['active', 'pending', 'unresolved'] as const)(
      'a second tab makes nothing less that is held for an attempt that is %s',
      async (state) => {
        const { reservations, ledger } = rig();
        const admission = rig().admission('a');
        const holder = await rig().attempt(admission);
        await reservations.hold(asking(admission, holder), lamps(3));
        if (state === 'pending') await ledger.settle(holder, { to: 'pending', pendingMs: 20 * MINUTE });
        if (state === 'unresolved') await rig().clock.advance(3 * MINUTE);
        const another = { item: 'shade', line: 'lamp', quantity: 3 };
        for (const less of [
          () => reservations.hold(admission, lamps(2)),
          () => reservations.hold(admission, [{ item: 'shade', quantity: 1 }, ...lamps(2)]),
          () => reservations.hold(admission, [another]),
          () => reservations.hold({ ...admission, attempt: { id: 'of another tab' } }, lamps(1)),
          () => reservations.release(admission),
          () => reservations.release(admission, ['lamp']),
        ]) {
          expect(await rejection(less())).toMatchObject(IN_USE);
          expect([await rig().left('lamp'), await rig().left('shade')]).toEqual([2, 3]);
        }
        expect(rig().said()).toEqual(['reservation.held']);
        await reservations.hold(admission, lamps(3));
        await reservations.hold(admission, lamps(4));
        await ledger.settle(holder, { to: 'free' });
        expect(await reservations.release(admission)).toHaveLength(1);
        expect(await rig().left('lamp')).toBe(5);
      },
    );

    it('the attempt itself changes its cart until it has a payment, and nobody after that', async () => {
      const { reservations, ledger } = rig();
      const admission = rig().admission('a');
      const holder = await rig().attempt(admission);
      const own = asking(admission, holder);
      await reservations.hold(own, lamps(3));
      await reservations.hold(own, lamps(2));
      expect(await rig().left('lamp')).toBe(3);
      await reservations.release(own);
      await reservations.hold(own, lamps(4));
      await ledger.defer(holder, 'payment_1');
      expect(await rejection(reservations.hold(own, lamps(1)))).toMatchObject(IN_USE);
      await ledger.settle(holder, { to: 'pending', pendingMs: MINUTE });
      expect(await rejection(reservations.release(own))).toMatchObject(IN_USE);
      expect(await rig().left('lamp')).toBe(1);
    });

    it('the attempt that took its place may change the cart; a payment that comes all the same is told', async () => {
      const { reservations, ledger } = rig();
      const admission = rig().admission('a');
      const first = await rig().attempt(admission);
      await reservations.hold(asking(admission, first), lamps(3));
      await ledger.settle(first, { to: 'pending', pendingMs: 20 * MINUTE });
      const second = await rig().attempt(admission);
      await reservations.hold(asking(admission, second), lamps(1));
      expect(await rejection(reservations.release(asking(admission, first)))).toMatchObject(IN_USE);
      const late = () => reservations.convert({ id: 'a' }, { orderId: 'late', lines: lamps(3) });
      expect(await rejection(late())).toMatchObject({
        code: 'RESERVATION_MISSING',
        missing: [{ line: 'lamp', item: 'lamp', quantity: 2 }],
      });
      // The shop honours it, as long as there are as many.
      await reservations.hold({ id: 'a' }, lamps(3));
      expect((await late()).converted).toMatchObject([{ quantity: 3, orderId: 'late' }]);
      const own = reservations.convert(admission, { orderId: 'own', lines: lamps(1) });
      expect(await rejection(own)).toMatchObject({ code: 'ADMISSION_USED', orderId: 'late' });
    });

    it('an attempt that begins after the ledger was asked keeps what it holds', async () => {
      const { reservations, ledger } = rig();
      const admission = rig().admission('a');
      await reservations.hold(admission, lamps(3));
      const find = jest.spyOn(ledger, 'find').mockImplementationOnce(async () => {
        await reservations.hold(asking(admission, await rig().attempt(admission)), lamps(3));
        // What the ledger has said before that.
        return undefined;
      });
      expect(await rejection(reservations.hold(admission, lamps(1)))).toMatchObject(IN_USE);
      expect([await rig().left('lamp'), find.mock.calls.length]).toEqual([2, 2]);
      expect(rig().said()).toEqual(['reservation.held']);
    });

    it('the ledger is asked only about what is to be made less, and is not guessed about', async () => {
      const { reservations, ledger } = rig();
      const admission = rig().admission('a');
      const cause = new Error('away');
      const find = jest.spyOn(ledger, 'find').mockRejectedValue(cause);
      await reservations.hold(admission, lamps(1));
      await reservations.hold(admission, lamps(2));
      await reservations.hold(admission, lamps(2));
      expect(await reservations.release({ id: 'b' })).toEqual([]);
      expect(find).not.toHaveBeenCalled();
      for (const less of [reservations.hold(admission, lamps(1)), reservations.release(admission)]) {
        expect(await rejection(less)).toMatchObject({ code: 'LEDGER_UNAVAILABLE', status: 503, cause });
      }
      expect(await rig().left('lamp')).toBe(3);
    });

    it('a ledger that is silent keeps nobody waiting for longer than two seconds', async () => {
      const { reservations, ledger, clock } = rig();
      const admission = rig().admission('a');
      await reservations.hold(admission, lamps(3));
      for (const less of [
        () => reservations.hold(admission, lamps(1)),
        () => reservations.release(admission),
      ]) {
        const find = jest.spyOn(ledger, 'find').mockReturnValue(new Promise(() => undefined));
        let said: unknown;
        const waiting = rejection(less()).then((error) => (said = error));
        await until(() => find.mock.calls.length === 1);
        await clock.advance(1_999);
        expect(said).toBeUndefined();
        await clock.advance(1);
        expect(await waiting).toMatchObject({ code: 'LEDGER_UNAVAILABLE', status: 503 });
        expect(rig().events.at(-1)).toMatchObject({ type: 'ledger.unavailable', engine: 'memory' });
        find.mockRestore();
      }
      expect(await rig().left('lamp')).toBe(2);
      expect(await reservations.release(admission)).toHaveLength(1);
    });

    it('an order that the ledger knows keeps what it did not convert yet', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, lamps(2));
      await rig().order(admission, 'o1');
      for (const less of [
        rig().reservations.release(admission),
        rig().reservations.hold(admission, lamps(1)),
      ]) {
        expect(await rejection(less)).toMatchObject({ code: 'ADMISSION_USED', orderId: 'o1' });
      }
      await rig().reservations.convert(admission, { orderId: 'o1', lines: lamps(2) });
      expect(await rig().outcomes(admission)).toEqual(['2 lamp converted']);
    });

    it('a link to the checkout on another domain is no attempt', async () => {
      const admission = rig().admission('a');
      await rig().reservations.hold(admission, lamps(2));
      const link = await rig().attempt(admission, `${LINK_PREFIX}1`);
      await rig().ledger.settle(link, { to: 'pending', pendingMs: MINUTE });
      await rig().reservations.hold(admission, lamps(1));
      expect(await rig().left('lamp')).toBe(4);
      await rig().clock.advance(11 * MINUTE);
      expect((await rig().reservations.sweep()).expired).toHaveLength(1);
    });
  });
}

function asking(admission: Admitted, { attemptId }: { readonly attemptId: string }) {
  return { ...admission, attempt: { id: attemptId } };
}
