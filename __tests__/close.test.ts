import { createFanfare } from '../lib/index.js';
import { type TestFanfare, testFanfare } from '../lib/testing/index.js';
import { until } from './support/shop.js';

const ADMISSION = {
  id: 'admission_1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
} as const;

let kit: TestFanfare;

beforeEach(async () => {
  kit = await testFanfare();
});

afterEach(() => kit.close());

test('asked for twice, as by two signals, is one closing that waits for what runs', async () => {
  const { options, clock } = kit;
  const { ledger } = options;
  const holder = { attemptId: 'attempt_1', owner: 'process that died', tokenHash: 'token', sidHash: 'sid' };
  await ledger.claim({
    admission: ADMISSION,
    ...holder,
    ...{ leaseMs: 1, supersede: true, takeUnresolved: false },
  });
  await clock.advance(1_000);
  const did: string[] = [];
  const closeLedger = ledger.close.bind(ledger);
  ledger.close = () => {
    did.push('ledger closed');
    return closeLedger();
  };
  let answer: ((order: { orderId: string }) => void) | undefined;
  const fanfare = createFanfare({
    ...options,
    onEvent: ({ type }) => did.push(type),
    findOrder: () => new Promise((resolve) => (answer = resolve)),
  });
  await until(() => answer !== undefined);
  const closing = [fanfare.close(), fanfare.close()];
  // What a second closing of its own waits for is over after these.
  await Promise.race([closing[1], clock.advance(1_000)]);
  answer?.({ orderId: 'order_1' });
  await Promise.all(closing);
  expect(did.filter((what) => what !== 'completion.delivered')).toEqual([
    'completion.recorded',
    'ledger closed',
  ]);
  expect(fanfare.close()).toBe(closing[0]);
});
