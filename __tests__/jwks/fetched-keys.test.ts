import type { FanfareEvent } from '../../lib/index.js';
import { backOffMs, FetchedKeys, type Unfetched } from '../../lib/jwks/fetched-keys.js';
import type { VerificationKey } from '../../lib/jwks/keys.js';

const TIMES = { refreshMs: 600_000, cooldownMs: 30_000, staleMs: 3_600_000 };
const FIRST: readonly VerificationKey[] = [];
const SECOND: readonly VerificationKey[] = [];
const DOWN: Unfetched = { failed: 'HTTP 500 Internal Server Error', status: 500 };

type Result = readonly VerificationKey[] | Unfetched;

/** Keys whose address answers when and what the test says. */
function rig(...answers: readonly Result[]) {
  const events: FanfareEvent[] = [];
  const results = [...answers];
  let calls = 0;
  const keys = new FetchedKeys(() => {
    calls += 1;
    const next = results.shift();
    return next === undefined ? Promise.reject(new RangeError('out of answers')) : Promise.resolve(next);
  }, TIMES);
  const at = (now: number) => ({ now, emit: (event: FanfareEvent) => events.push(event) });
  return {
    keys,
    events,
    calls: () => calls,
    at,
    current: (now: number) => keys.current(at(now)),
    refresh: (now: number) => keys.refresh(at(now)),
  };
}

/** Lets a fetch that was started in the background end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('nobody waits: there are no keys until a fetch has brought some', async () => {
  const { current, calls } = rig(FIRST);
  expect(current(0)).toBeUndefined();
  expect(current(0)).toBeUndefined();
  await settled();
  expect(current(1)).toBe(FIRST);
  expect(calls()).toBe(1);
});

test('keys are fetched again in the background when they are old', async () => {
  const { current, refresh, calls, events } = rig(FIRST, SECOND);
  await refresh(0);
  expect(current(599_999)).toBe(FIRST);
  expect(calls()).toBe(1);
  expect(current(600_000)).toBe(FIRST);
  await settled();
  expect(current(600_001)).toBe(SECOND);
  expect(calls()).toBe(2);
  expect(events).toEqual([
    expect.objectContaining({ type: 'keys.refreshed', level: 'info', keys: 0 }),
    expect.objectContaining({ type: 'keys.refreshed' }),
  ]);
});

test('however often an unknown key is asked for, there is one fetch per cool-down', async () => {
  const { refresh, calls } = rig(FIRST, SECOND, FIRST);
  for (let now = 0; now <= 60_000; now += 500) await refresh(now);
  expect(calls()).toBe(3);
});

test('those who come while a fetch runs share it', async () => {
  const { refresh, calls } = rig(FIRST);
  await Promise.all([refresh(0), refresh(0), refresh(99_999_999)]);
  expect(calls()).toBe(1);
});

test('old keys are used while fetching fails, for a bounded time, and each failure is told', async () => {
  const failures = Array.from({ length: 50 }, () => DOWN);
  const { current, refresh, events } = rig(FIRST, ...failures);
  await refresh(0);
  for (let now = 600_000; now < 4_200_000; now += 10_000) {
    expect(current(now)).toBe(FIRST);
    await settled();
  }
  expect(current(4_200_000)).toBeUndefined();
  const told = events.filter(({ type }) => type === 'keys.unavailable');
  expect(told[0]).toEqual({
    ...{ type: 'keys.unavailable', level: 'warn', reason: DOWN.failed, status: 500, usableUntil: 4_200_000 },
    message: expect.stringContaining('Those from before are used for some time.') as string,
  });
  // 5, 10, 20, 40, 80, 160 s, then every 5 minutes: the back-off's own pace, not that of those who ask.
  expect(told.length).toBeGreaterThan(10);
  expect(told.length).toBeLessThan(20);
});

test('when there are none to fall back on, the event says so; a recovery ends the back-off', async () => {
  const { current, refresh, calls, events } = rig(DOWN, DOWN, FIRST, SECOND);
  await refresh(0);
  expect(events[0]).toMatchObject({ message: expect.stringContaining('There are none') as string });
  expect(events[0]).not.toHaveProperty('usableUntil');
  await refresh(4_999);
  expect(calls()).toBe(1);
  await refresh(5_000);
  await refresh(14_999);
  expect(calls()).toBe(2);
  await refresh(15_000);
  expect(current(15_000)).toBe(FIRST);
  await refresh(45_000);
  expect(calls()).toBe(4);
});

test('a fault in fetching is a failure like any other', async () => {
  const { refresh, events } = rig();
  await refresh(0);
  expect(events).toEqual([expect.objectContaining({ type: 'keys.unavailable', reason: 'RangeError' })]);
});

test('the back-off doubles up to five minutes', () => {
  expect([1, 2, 3, 6, 7, 8, 1_100].map(backOffMs)).toEqual([
    ...[5_000, 10_000, 20_000, 160_000, 300_000, 300_000, 300_000],
  ]);
});
