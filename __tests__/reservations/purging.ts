/** What the sweep forgets, and what it does not, whatever database it is on. */
import type { Reservations } from '../../lib/reservations/index.js';
import type { Rig } from './rig.js';
import { MINUTE, rejection } from './rig.js';

const DAY = 24 * 60 * MINUTE;
const LAMP = [{ item: 'lamp', quantity: 1 }];

export function describePurge(rig: () => Rig): void {
  describe('the sweep deletes', () => {
    const ids = async (...admissions: readonly string[]): Promise<readonly string[]> => {
      const found = await Promise.all(admissions.map((id) => rig().reservations.find({ id })));
      return found.flat().map(({ admissionId, state }) => `${admissionId} ${state}`);
    };

    it('what was given back 30 days ago, and nothing that is held or sold', async () => {
      const [left, over, sold, kept] = ['left', 'over', 'sold', 'kept'].map((id) => rig().admission(id));
      for (const admission of [left!, over!, sold!]) await rig().reservations.hold(admission, LAMP);
      await rig().reservations.hold({ ...kept!, expiresAt: rig().clock.now() + 500 * DAY }, LAMP);
      await rig().reservations.release(left!);
      await rig().reservations.convert(sold!, { orderId: 'o1', lines: LAMP });
      await rig().clock.advance(11 * MINUTE);
      expect((await rig().reservations.sweep()).expired).toHaveLength(1);

      await rig().clock.advance(30 * DAY - 11 * MINUTE);
      expect((await rig().reservations.sweep()).purged).toBe(0);
      expect(await ids('left', 'over')).toEqual(['left released', 'over expired']);
      await rig().clock.advance(1);
      expect((await rig().reservations.sweep()).purged).toBe(1);
      await rig().clock.advance(11 * MINUTE);
      expect((await rig().reservations.sweep()).purged).toBe(1);
      expect(await ids('left', 'over', 'sold', 'kept')).toEqual(['sold converted', 'kept held']);
      expect(await rig().left('lamp')).toBe(3);
    });

    it('500 at a time, so that nobody waits for it', async () => {
      await rig().stock({ bulb: 1_000 });
      const lines = (from: number) =>
        Array.from({ length: 100 }, (_, n) => ({ item: 'bulb', quantity: 1, line: String(from + n) }));
      for (let from = 0; from < 600; from += 100) await rig().reservations.hold({ id: 'a' }, lines(from));
      await rig().reservations.release({ id: 'a' });
      await rig().clock.advance(31 * DAY);
      const purged: number[] = [];
      for (let time = 0; time < 3; time += 1) purged.push((await rig().reservations.sweep()).purged);
      expect(purged).toEqual([500, 100, 0]);
      expect(await rig().left('bulb')).toBe(1_000);
    });

    it('nothing that was sold while the stock table has a total that it is part of', async () => {
      await rig().reservations.hold(rig().admission('a'), LAMP);
      await rig().reservations.convert({ id: 'a' }, { orderId: 'o1', lines: LAMP });
      await rig().clock.advance(1_000 * DAY);
      expect((await rig().reservations.sweep()).purged).toBe(0);
      const { items, differences } = await rig().reservations.reconcile();
      expect([items, differences]).toEqual([
        [{ item: 'lamp', available: 4, held: 0, sold: 1, total: 5 }],
        [],
      ]);
      const other = rig().reservations.convert({ id: 'a' }, { orderId: 'o2', lines: LAMP });
      expect(await rejection(other)).toMatchObject({ code: 'ADMISSION_USED' });
    });
  });
}

/** `counting`: over the rig's own stock, without a total; `purged`: how many one round of sweeping has deleted. */
export async function checkSoldGoes(
  rig: Rig,
  counting: Reservations,
  purged = async () => (await counting.sweep()).purged,
): Promise<void> {
  await rig.stock({ lamp: 5 });
  await counting.hold(rig.admission('a'), LAMP);
  await counting.convert({ id: 'a' }, { orderId: 'o1', lines: LAMP });
  await rig.clock.advance(400 * DAY);
  expect(await purged()).toBe(0);
  // The same order may still come again.
  await counting.convert({ id: 'a' }, { orderId: 'o1', lines: LAMP });
  await rig.clock.advance(1);
  expect(await purged()).toBe(1);
  expect([await counting.find({ id: 'a' }), await rig.left('lamp')]).toEqual([[], 4]);
}
