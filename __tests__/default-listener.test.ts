/** What a shop without `onEvent` says on stderr: enough for whoever is woken by it. */
import { Pool } from 'pg';
import { createFanfare, type Fanfare, type Ledger, memoryLedger } from '../lib/index.js';
import { postgresLedger } from '../lib/ledger/postgres.js';
import { SECRET } from './support/servers.js';

const TRIPLE = { distributionType: 'queue', distributionId: 'queue_1', consumerId: 'cons_1' } as const;
const said: string[] = [];

beforeEach(() => {
  said.length = 0;
  jest.spyOn(console, 'warn').mockImplementation((line: string) => said.push(line));
});
afterEach(() => jest.restoreAllMocks());

function shop(ledger: Ledger): Fanfare {
  return createFanfare({
    ...{ ledger, organizationId: 'org_1', secretKey: 'sk_test_1', doctor: false, deliveries: 'manual' },
    session: { secrets: [SECRET] },
  });
}

test('why the ledger could not be asked', async () => {
  const pool = new Pool({ connectionString: 'postgres://127.0.0.1:1/nobody' });
  const fanfare = shop(postgresLedger({ pool }));
  await expect(fanfare.completeAdmission(TRIPLE, { orderId: 'order_1' })).rejects.toThrow(
    'could not be recorded',
  );
  expect(said).toContain(
    '[express-fanfare] ledger.unavailable: The postgres ledger could not be asked. (ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1)',
  );
  await fanfare.close();
  await pool.end();
});

test('in one line of an end, whatever was thrown', async () => {
  const broken = new Error(`no\n  ${'answer '.repeat(100)}`);
  const ledger = Object.assign(memoryLedger(), { complete: () => Promise.reject(broken) });
  const fanfare = shop(ledger);
  await expect(fanfare.completeAdmission(TRIPLE, { orderId: 'order_1' })).rejects.toThrow(
    'could not be recorded',
  );
  const [line = ''] = said;
  expect(line).toMatch(/^\[express-fanfare\] ledger\.unavailable: .* \(no answer answer .*\)$/);
  expect(line.length).toBeLessThan(500);
  await fanfare.close();
});

test('nothing of a cause where there is none', async () => {
  const fanfare = shop(memoryLedger());
  await fanfare.completeAdmission(TRIPLE, { orderId: 'order_1', amount: 'much' });
  expect(said).toEqual([
    '[express-fanfare] completion.field_left_out: The amount of order order_1 is malformed and was left out; the order itself is recorded.',
  ]);
  await fanfare.close();
});
