/** Whoever does not hold an attempt or a lease can neither end, keep nor change it. */
import type { DueDelivery, Holder, Ledger } from '../../lib/ledger/ledger.js';
import type { Row } from '../../lib/ledger/row.js';
import { openHere } from './engine.js';
import { ENGINES } from './engines.js';
import { record } from './figures.js';
import { PATIENCE_MS, STRANGERS } from './sizes.js';

const ROWS = 50;
const AT_ONCE = 50;
const LEASE_MS = 3_600_000;

for (const engine of ENGINES) {
  engine.suite('strangers', (store) => {
    it(
      `${STRANGERS} calls by strangers: none succeeds, nothing changes`,
      async () => {
        const ledger = openHere(await store().address());
        const holders = await claimed(ledger);
        const leases = await leased(ledger);
        const before = await everything(ledger);
        const calls = Array.from(
          { length: STRANGERS },
          (_, number) => () => intrude(ledger, holders, leases, number),
        );
        const succeeded = (await inTurn(calls)).filter(Boolean).length;
        expect(succeeded).toBe(0);
        expect(await everything(ledger)).toEqual(before);
        // The owners can, so it was not the calls that were wrong.
        expect(await ledger.settle(holders[0]!, { to: 'free' })).toBe(true);
        const [{ row, leaseId }] = leases as [DueDelivery];
        expect(await ledger.settleDelivery(row.admission.id, leaseId, { to: 'delivered' })).toBe(true);
        await ledger.close();
        record('strangers', engine.name, { calls: STRANGERS, succeeded });
      },
      PATIENCE_MS,
    );
  });
}

function admissionOf(name: string) {
  return {
    id: name,
    consumerId: `cons_${name}`,
    distributionId: 'queue_1',
    distributionType: 'queue',
  } as const;
}

/** Half of them active, half pending. */
async function claimed(ledger: Ledger): Promise<readonly Holder[]> {
  const holders: Holder[] = [];
  for (let number = 0; number < ROWS; number += 1) {
    const name = `claimed-${number}`;
    const attemptId = `attempt of ${name}`;
    await ledger.claim({
      admission: admissionOf(name),
      ...{ tokenHash: name, sidHash: name, attemptId, owner: 'owner', leaseMs: LEASE_MS },
      ...{ supersede: false, takeUnresolved: false },
    });
    const holder = { admissionId: name, attemptId };
    if (number % 2 === 0) await ledger.settle(holder, { to: 'pending', pendingMs: LEASE_MS });
    holders.push(holder);
  }
  return holders;
}

async function leased(ledger: Ledger): Promise<readonly DueDelivery[]> {
  for (let number = 0; number < ROWS; number += 1) {
    const admission = admissionOf(`ordered-${number}`);
    await ledger.complete({ target: { by: 'admission', admission }, order: { orderId: `order-${number}` } });
  }
  return ledger.takeDue(ROWS, LEASE_MS);
}

async function everything(ledger: Ledger): Promise<readonly Row[]> {
  const rows = await ledger.list({ states: ['active', 'pending', 'ordered'], limit: ROWS * 3 });
  expect(rows).toHaveLength(ROWS * 2);
  return [...rows].sort((one, other) => (one.admission.id < other.admission.id ? -1 : 1));
}

/** What a stranger knows at best: the admission's id and, of somebody else's, the attempt's or the lease's. */
function intrude(
  ledger: Ledger,
  holders: readonly Holder[],
  leases: readonly DueDelivery[],
  number: number,
): Promise<boolean> {
  const at = Math.floor(number / 4) % ROWS;
  const { admissionId } = holders[at]!;
  const { attemptId } = holders[(at + 1) % ROWS]!;
  const stranger = { admissionId, attemptId: number % 8 < 4 ? attemptId : `guess ${number}` };
  switch (number % 4) {
    case 0:
      return ledger.settle(stranger, { to: 'free' });
    case 1:
      return ledger.renew(stranger, LEASE_MS * 2);
    case 2:
      return ledger.defer(stranger, 'a reference of a stranger');
    default: {
      const { leaseId } = leases[(at + 1) % ROWS]!;
      return ledger.settleDelivery(leases[at]!.row.admission.id, leaseId, { to: 'delivered' });
    }
  }
}

async function inTurn(calls: readonly (() => Promise<boolean>)[]): Promise<readonly boolean[]> {
  const results: boolean[] = [];
  const rest = calls[Symbol.iterator]();
  const caller = async (): Promise<void> => {
    for (const call of rest) results.push(await call());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return results;
}
