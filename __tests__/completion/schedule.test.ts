import fc from 'fast-check';
import { REFUSAL_PATIENCE_MS, refusedRetryAt, retryAt, retryDelay } from '../../lib/completion/schedule.js';
import { HOUR, MINUTE, SECOND } from './rig.js';

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempts = fc.integer({ min: 0, max: 10_000 });

describe('retryDelay', () => {
  it.each([
    [0, 0],
    [1, 5 * SECOND],
    [2, 30 * SECOND],
    [3, 2 * MINUTE],
    [4, 5 * MINUTE],
    [5, 30 * MINUTE],
    [6, 2 * HOUR],
    [7, 5 * HOUR],
    [8, 10 * HOUR],
    [9, 14 * HOUR],
    [10, 20 * HOUR],
    [11, 24 * HOUR],
    [12, 24 * HOUR],
    [1_000, 24 * HOUR],
  ])('waits after %d attempts for %d ms', (made, delay) => {
    expect(retryDelay(made, 0)).toBe(delay);
  });

  it('adds a fifth at most, and never takes anything away', () => {
    fc.assert(
      fc.property(attempts, unit, (made, random) => {
        const plain = retryDelay(made, 0);
        const delay = retryDelay(made, random);
        expect(delay).toBeGreaterThanOrEqual(plain);
        expect(delay).toBeLessThanOrEqual(plain * 1.2);
      }),
    );
    expect(retryDelay(1, 0.5)).toBe(5_500);
  });
});

describe('retryAt', () => {
  it('is never earlier than Fanfare asked for, nor than the schedule', () => {
    fc.assert(
      fc.property(attempts, unit, fc.nat(), fc.nat(), (made, random, now, retryAfter) => {
        const at = retryAt(made, now, random, retryAfter);
        expect(at).toBe(now + Math.max(retryAfter, retryDelay(made, random)));
      }),
    );
  });

  it('follows the schedule when nothing was asked for', () => {
    expect(retryAt(1, 1_000, 0)).toBe(6_000);
  });
});

describe('refusedRetryAt', () => {
  it.each([
    [0, 5 * SECOND],
    [4_999, 4_999 + 5 * SECOND],
    [5 * SECOND, 35 * SECOND],
    [35 * SECOND, 155 * SECOND],
    [155 * SECOND, 455 * SECOND],
    [455 * SECOND, 2_255 * SECOND],
    [2_255 * SECOND, HOUR],
  ])('%d ms after the first refusal asks again at %d ms', (elapsed, next) => {
    expect(refusedRetryAt(0, elapsed, 0)).toBe(next);
  });

  it('moves on, and asks for the last time exactly when the hour is over', () => {
    const within = fc.integer({ min: 0, max: REFUSAL_PATIENCE_MS - 1 });
    fc.assert(
      fc.property(within, unit, fc.nat(), (elapsed, random, since) => {
        const at = refusedRetryAt(since, since + elapsed, random);
        expect(at).toBeGreaterThan(since + elapsed);
        expect(at).toBeLessThanOrEqual(since + REFUSAL_PATIENCE_MS);
      }),
    );
  });
});
