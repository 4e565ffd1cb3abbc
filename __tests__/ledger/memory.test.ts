import { memoryLedger } from '../../lib/ledger/memory.js';
import { ledgerContract } from '../../lib/testing/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { claimOf } from './postgres-requests.js';

const DAY_MS = 86_400_000;

ledgerContract('memory', ({ clock }) => ({ ledger: memoryLedger({ clock }) }));

describe('memoryLedger', () => {
  const environment = process.env['NODE_ENV'];

  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  it('refuses production, and names what to use instead', () => {
    process.env['NODE_ENV'] = 'production';
    for (const options of [undefined, {}, { allowInProduction: false }]) {
      expect(() => memoryLedger(options)).toThrow(TypeError);
      expect(() => memoryLedger(options)).toThrow(/forget every order at a restart.*sqliteLedger/);
    }
  });

  it('runs in production when told to', async () => {
    process.env['NODE_ENV'] = 'production';
    const ledger = memoryLedger({ allowInProduction: true });
    await expect(ledger.open()).resolves.toEqual([]);
    expect(ledger.engine).toBe('memory');
  });

  it('names an option it does not know', () => {
    const misspelt = { clok: undefined } as object;
    expect(() => memoryLedger(misspelt)).toThrow('memoryLedger has no option "clok". It knows: clock');
    expect(() => memoryLedger(null as never)).toThrow(TypeError);
  });

  it('takes no transaction, and records nothing then', async () => {
    const ledger = memoryLedger();
    const request = {
      target: { by: 'triple', admission: ADMISSION },
      order: { orderId: 'order-1' },
    } as const;
    await expect(ledger.complete(request, {})).rejects.toThrow(TypeError);
    await expect(ledger.complete(request, {})).rejects.toThrow(/memory ledger.*only the PostgreSQL engine/);
    await expect(ledger.find(ADMISSION.id)).resolves.toBeUndefined();
  });

  it('leaves out what has no value, as JSON does in the durable engines', async () => {
    const ledger = memoryLedger();
    const metadata = { gift: true, wrap: undefined, deep: { note: undefined } };
    const target = { by: 'admission', admission: ADMISSION } as const;
    await ledger.complete({ target, order: { orderId: 'order-1', metadata } });
    const [taken] = await ledger.takeDue(1, 1_000);
    expect(taken?.row.order.metadata).toStrictEqual({ gift: true, deep: {} });
  });

  it('goes on knowing the other rows of a consumer when one has gone', async () => {
    const clock = new ManualClock();
    const ledger = memoryLedger({ clock });
    const ends = [1, 3 * DAY_MS].map((ms) => clock.now() + ms);
    for (const expiresAt of ends) {
      const admission = { ...ADMISSION, id: `ends-${String(expiresAt)}`, expiresAt };
      await ledger.claim(claimOf(admission, { tokenHash: admission.id, attemptId: admission.id }));
      await ledger.settle({ admissionId: admission.id, attemptId: admission.id }, { to: 'free' });
    }
    await clock.advance(2 * DAY_MS);
    await expect(ledger.purge()).resolves.toBe(1);
    await expect(ledger.rowsOf(ADMISSION)).resolves.toMatchObject([{ admission: { expiresAt: ends[1] } }]);
  });

  it('hands out frozen rows', async () => {
    const ledger = memoryLedger();
    await ledger.complete({
      target: { by: 'admission', admission: ADMISSION },
      order: { orderId: 'order-1' },
    });
    const row = await ledger.find(ADMISSION.id);
    expect(Object.isFrozen(row) && Object.isFrozen(row?.admission)).toBe(true);
  });
});

const ADMISSION = {
  id: 'admission-1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
} as const;
