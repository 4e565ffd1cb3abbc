import fc from 'fast-check';
import {
  afterCall,
  type Breaker,
  createBreaker,
  type Heard,
  type Report,
  type Weather,
} from '../../lib/fanfare-api/breaker.js';
import { ManualClock } from '../support/manual-clock.js';

const failed: Heard = { about: 'failed' };
const answered: Heard = { about: 'answered' };

function rig() {
  const clock = new ManualClock();
  const changes: string[] = [];
  const breaker: Breaker = createBreaker(clock, (is) => changes.push(is));
  const enter = (): Report => {
    const entered = breaker.enter();
    if (typeof entered === 'object') throw new Error(`paused: ${entered.cause}`);
    return entered;
  };
  const calls = (...heard: readonly Heard[]): void => {
    for (const one of heard) enter()(one);
  };
  return { clock, changes, breaker, enter, calls };
}

const times = (count: number, heard: Heard): readonly Heard[] => Array.from({ length: count }, () => heard);

describe('an outage', () => {
  it('begins when more than half of 20 calls failed, and not before', () => {
    const { breaker, calls, changes } = rig();
    calls(failed, ...times(10, answered), ...times(9, failed));
    expect([breaker.paused(), changes]).toEqual([undefined, []]);
    // The oldest failure leaves the window, then the oldest answer.
    calls(failed);
    expect(breaker.paused()).toBeUndefined();
    calls(failed);
    expect([breaker.paused()?.cause, changes]).toEqual(['away', ['away']]);
  });

  it('never begins with fewer than 20', () => {
    const { breaker, calls } = rig();
    calls(...times(19, failed));
    expect(breaker.paused()).toBeUndefined();
    calls(failed);
    expect(breaker.paused()).toBeDefined();
  });

  it('lets one call through each 5 seconds, even when it never reports', async () => {
    const { breaker, calls, clock } = rig();
    calls(...times(20, failed));
    let through = 0;
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      for (let shopper = 0; shopper < 10; shopper += 1) {
        if (typeof breaker.enter() === 'function') through += 1;
      }
    }
    expect(through).toBe(12);
  });

  it('goes on when the call fails, and ends when it is answered, with nothing held against Fanfare', async () => {
    const { breaker, calls, enter, clock, changes } = rig();
    calls(...times(20, failed));
    await clock.advance(5_000);
    const probe = enter();
    await clock.advance(2_000);
    probe(failed);
    expect(breaker.paused()?.until).toBe(clock.now() + 5_000);
    await clock.advance(5_000);
    calls(answered);
    expect([breaker.paused(), changes]).toEqual([undefined, ['away', 'back']]);
    calls(...times(19, failed));
    expect(breaker.paused()).toBeUndefined();
  });

  it('does not end with a late answer to what was asked before', () => {
    const { breaker, calls, enter, changes } = rig();
    const late = enter();
    calls(...times(20, failed));
    late(answered);
    expect([breaker.paused()?.cause, changes]).toEqual(['away', ['away']]);
  });

  it('is not told of by calls that say nothing', () => {
    const { breaker, calls } = rig();
    calls(...times(100, { about: 'nothing' }));
    expect(breaker.paused()).toBeUndefined();
  });
});

describe('a 429', () => {
  it.each([
    [undefined, 1_000],
    [7, 7_000],
    [86_400, 60_000],
    [0, 1],
  ])('asking for %p seconds pauses at once, for %p ms, and is no outage', async (retryAfterSeconds, ms) => {
    const { breaker, calls, clock, changes } = rig();
    calls(retryAfterSeconds === undefined ? { about: 'limited' } : { about: 'limited', retryAfterSeconds });
    expect(breaker.paused()).toEqual({ cause: 'busy', until: clock.now() + ms });
    await clock.advance(ms);
    calls(answered);
    expect([breaker.paused(), changes]).toEqual([undefined, []]);
  });

  it('in an outage says that Fanfare is back, but slow', async () => {
    const { breaker, calls, clock, changes } = rig();
    calls(...times(20, failed));
    await clock.advance(5_000);
    calls({ about: 'limited', retryAfterSeconds: 9 });
    expect([breaker.paused()?.cause, changes]).toEqual(['busy', ['away', 'back']]);
    await clock.advance(9_000);
    calls(failed);
    expect([breaker.paused()?.cause, changes]).toEqual(['away', ['away', 'back', 'away']]);
  });
});

const heardAny: fc.Arbitrary<Heard> = fc.record(
  {
    about: fc.constantFrom('answered' as const, 'limited' as const, 'failed' as const, 'nothing' as const),
    retryAfterSeconds: fc.integer({ min: 0, max: 86_400 }),
  },
  { requiredKeys: ['about'] },
);

test('whatever is heard, a pause has an end within a minute, and only a probe ends or moves it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(heardAny, fc.boolean()), { maxLength: 80, size: 'max' }), (calls) => {
      let weather: Weather = {};
      for (const [heard, probe] of calls) {
        const after = afterCall(weather, heard, 1_000, probe);
        if (weather.pause !== undefined && !probe) expect(after).toBe(weather);
        expect(after.pause?.until ?? 1_001).toBeGreaterThan(1_000);
        expect(after.pause?.until ?? 1_001).toBeLessThanOrEqual(61_000);
        weather = after;
      }
    }),
  );
});
