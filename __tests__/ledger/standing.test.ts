import type { Row } from '../../lib/ledger/row.js';
import { deletableAt, usesUp } from '../../lib/ledger/standing.js';

const ADMISSION = {
  id: 'admission-1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
  admittedAt: 50,
} as const;
const FACTS = { admission: ADMISSION, attempts: 1, createdAt: 0, updatedAt: 0 };
const order = { orderId: 'order-1', completedAt: 100 };
const DAY_MS = 86_400_000;

describe('usesUp', () => {
  const row: Row = { ...FACTS, state: 'delivered', order, deliveredAt: 100, usesUpBefore: 100 };

  it.each([
    [{}, true],
    [{ admittedAt: 100 }, true],
    [{ admittedAt: 101 }, false],
    [{ consumerId: 'cons_2' }, false],
    [{ distributionId: 'queue_2' }, false],
    [{ distributionType: 'draw' as const }, false],
  ])('an admission with %p: %p', (changes, expected) => {
    expect(usesUp(row, { ...ADMISSION, id: 'other', ...changes })).toBe(expected);
  });

  it('needs a row made from three ids alone', () => {
    expect(usesUp({ ...FACTS, state: 'delivered', order, deliveredAt: 100 }, ADMISSION)).toBe(false);
  });
});

describe('deletableAt', () => {
  it('counts a discarded row from its order, like a delivered one', () => {
    expect(deletableAt({ ...FACTS, state: 'discarded', order, discardedAt: 900 })).toBe(100 + 400 * DAY_MS);
  });
});
