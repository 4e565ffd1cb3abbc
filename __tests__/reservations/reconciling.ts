/** What reconciling finds, whatever database it is on. */
import type { Rig } from './rig.js';
import { type Admitted, MINUTE } from './rig.js';

export function describeReconcile(rig: () => Rig): void {
  describe('reconcile', () => {
    it('counts outcomes, and finds nothing where all is well', async () => {
      const [sold, over, open] = ['sold', 'over', 'open'].map((id) => rig().admission(id));
      await rig().reservations.hold(over!, [{ item: 'shade', quantity: 1 }]);
      await rig().clock.advance(11 * MINUTE);
      await rig().reservations.sweep();
      const later = { expiresAt: rig().clock.now() + 10 * MINUTE };
      await rig().reservations.hold({ ...sold!, ...later }, [{ item: 'lamp', quantity: 2 }]);
      await rig().reservations.hold({ ...open!, ...later }, [{ item: 'lamp', quantity: 1 }]);
      await rig().reservations.convert(sold!, { orderId: 'o1', lines: [{ item: 'lamp', quantity: 2 }] });
      await rig().order(sold!, 'o1');
      expect(await rig().reservations.reconcile()).toEqual({
        items: [
          { item: 'lamp', available: 2, held: 1, sold: 2, total: 5 },
          { item: 'shade', available: 3, held: 0, sold: 0, total: 3 },
        ],
        outcomes: {
          held: { holds: 1, quantity: 1 },
          converted: { holds: 1, quantity: 2 },
          released: { holds: 0, quantity: 0 },
          expired: { holds: 1, quantity: 1 },
        },
        differences: [],
      });
    });

    it('finds every kind of difference, and says it', async () => {
      await rig().stock({ gone: 1 });
      const of = async (id: string, item = 'lamp') => {
        const admission = rig().admission(id);
        await rig().reservations.hold(admission, [{ item, quantity: 1 }]);
        return admission;
      };
      await of('gone', 'gone');
      await rig().order(await of('not_converted'), 'o1');
      const back = await of('sold_unheld');
      await rig().reservations.release(back);
      await rig().order(back, 'o2');
      const sell = (admission: Admitted, orderId: string, item: string) =>
        rig().reservations.convert(admission, { orderId, lines: [{ item, quantity: 1 }] });
      await sell(await of('no_order'), 'o3', 'lamp');
      await rig().attempt(await of('unresolved', 'shade'));
      const two = await of('two_orders', 'shade');
      await sell(two, 'o4', 'shade');
      await rig().order(two, 'o5');
      await rig().shop.sql('UPDATE "Stock" SET "left" = "left" + 2 WHERE "order" = ?', 'lamp');
      await rig().shop.sql('UPDATE "Stock" SET "left" = ? WHERE "order" = ?', -1, 'shade');
      await rig().shop.sql('DELETE FROM "Stock" WHERE "order" = ?', 'gone');
      await rig().clock.advance(11 * MINUTE);
      const { differences } = await rig().reservations.reconcile();
      expect(new Set(differences)).toEqual(
        new Set([
          { kind: 'no_stock_row', item: 'gone' },
          { kind: 'wrong_sum', item: 'lamp', by: 2 },
          { kind: 'negative_stock', item: 'shade' },
          { kind: 'wrong_sum', item: 'shade', by: -2 },
          { kind: 'overdue', admissionId: 'gone' },
          { kind: 'unresolved', admissionId: 'unresolved' },
          { kind: 'not_converted', admissionId: 'not_converted', orderId: 'o1' },
          { kind: 'sold_unheld', admissionId: 'sold_unheld', orderId: 'o2' },
          { kind: 'no_order', admissionId: 'no_order', orderId: 'o3' },
          { kind: 'no_order', admissionId: 'two_orders', orderId: 'o5' },
        ]),
      );
      const said = rig().events.filter(({ type }) => type === 'reservation.difference');
      expect(said).toHaveLength(differences.length);
    });

    it('looks as far back as it is told', async () => {
      await rig().reservations.hold(rig().admission('a'), [{ item: 'lamp', quantity: 1 }]);
      await rig().reservations.convert(
        { id: 'a' },
        { orderId: 'o1', lines: [{ item: 'lamp', quantity: 1 }] },
      );
      await rig().clock.advance(25 * 60 * MINUTE);
      expect((await rig().reservations.reconcile()).differences).toEqual([]);
      const { differences } = await rig().reservations.reconcile({ sinceSeconds: 26 * 3_600 });
      expect(differences).toMatchObject([{ kind: 'no_order', admissionId: 'a' }]);
      await expect(rig().reservations.reconcile({ sinceSeconds: 0 })).rejects.toThrow(/"sinceSeconds"/);
    });
  });
}
