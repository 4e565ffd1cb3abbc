/** The rules of the mechanisms, without HTTP. */
import fc from 'fast-check';
import { auctionStanding, bidProblem } from '../../lib/emulator/auction.js';
import { BoundedMap } from '../../lib/emulator/bounded-map.js';
import { unitsOf } from '../../lib/emulator/decimal.js';
import { drawStanding, pickWinners } from '../../lib/emulator/draw.js';
import { queueStanding } from '../../lib/emulator/queue.js';
import type { QueuePlace } from '../../lib/emulator/queue.js';
import { callKindOf, RequestLog } from '../../lib/emulator/request-log.js';
import { Rounds } from '../../lib/emulator/rounds.js';

describe('a queue', () => {
  const wait = 3_000;
  const entries = fc
    .array(fc.record({ gap: fc.nat(2_000), left: fc.boolean() }), { minLength: 1, maxLength: 20 })
    .map((gaps) => {
      let at = 0;
      return gaps.map(({ gap, left }): QueuePlace => {
        at += gap;
        return left ? { enteredAt: at, leftAt: at } : { enteredAt: at };
      });
    });

  it('gives those who wait the positions 1, 2, 3 in the order of entry', () => {
    fc.assert(
      fc.property(entries, fc.nat(10_000), (places, later) => {
        const now = places.at(-1)!.enteredAt + later;
        const standings = places.map((place) => queueStanding(place, places, wait, now));
        const positions = standings.flatMap((standing) =>
          standing.at === 'waiting' ? [standing.position] : [],
        );
        expect(positions).toEqual(positions.map((_position, index) => index + 1));
      }),
    );
  });

  it('admits at the same moment whenever one looks', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (enteredAt, later) => {
        const place = { enteredAt };
        const now = enteredAt + wait + later;
        expect(queueStanding(place, [place], wait, now)).toEqual({ at: 'admitted', since: enteredAt + wait });
        expect(queueStanding(place, [place], wait, enteredAt + wait - 1).at).toBe('waiting');
      }),
    );
  });
});

describe('a draw', () => {
  it('picks as many different entrants as it can, whatever chance says', () => {
    const entrants = fc.uniqueArray(fc.string(), { maxLength: 30 });
    const chance = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    fc.assert(
      fc.property(entrants, fc.nat(40), chance, (names, count, stream) => {
        const winners = pickWinners(names, count, () => stream.next().value as number);
        expect(winners).toHaveLength(Math.min(count, names.length));
        expect(new Set(winners).size).toBe(winners.length);
        expect(names).toEqual(expect.arrayContaining([...winners]));
      }),
    );
  });

  it('keeps its winners to itself until its end', () => {
    const round = { endsAt: 5_000, winners: ['anna'] };
    expect(drawStanding(round, 'anna', 4_999)).toEqual({ at: 'waiting', secondsLeft: 1 });
    expect(drawStanding(round, 'anna', 5_000)).toEqual({ at: 'admitted', since: 5_000, position: 1 });
    expect(drawStanding(round, 'ben', 5_000)).toEqual({ at: 'lost', since: 5_000 });
  });

  it('takes nobody above its limit', () => {
    const rounds = new Rounds((now) => ({ endsAt: now + 1_000, entrants: new Set<string>() }));
    for (let number = 0; number < 10_000; number += 1) rounds.join(String(number), 0);
    expect(() => rounds.join('one more', 0)).toThrow('429');
    expect(() => rounds.join('0', 0)).not.toThrow();
    expect(() => rounds.join('one more', 1_000)).not.toThrow();
  });
});

describe('an auction', () => {
  const rules = { startingUnits: 10n, incrementUnits: 2n };

  it('never lets a bid stand that does not exceed the highest by the increment', () => {
    fc.assert(
      fc.property(fc.bigInt(10n, 100n), fc.bigInt(0n, 200n), (highest, units) => {
        const last = new Map([['anna', { amount: '', units: highest, count: 1 }]]);
        const stands = bidProblem({ last, leader: 'anna' }, units, rules) === undefined;
        expect(stands).toBe(units >= highest + 2n);
        expect(bidProblem({ last: new Map() }, units, rules) === undefined).toBe(units >= 10n);
      }),
    );
  });

  it('has no winner without a bid', () => {
    const bids = { last: new Map() };
    expect(auctionStanding({ endsAt: 1, bids }, 'anna', 1)).toEqual({ at: 'lost', since: 1 });
  });
});

describe('money', () => {
  it('is compared without rounding', () => {
    const amounts = fc.tuple(fc.nat(999_999_999), fc.nat(99_999_999));
    const text = ([whole, part]: readonly [number, number]) => `${whole}.${String(part).padStart(8, '0')}`;
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(unitsOf(text(amount))).toBe(BigInt(amount[0]) * 100_000_000n + BigInt(amount[1]));
      }),
    );
  });

  it.each(['', '.5', '1.', '1e3', '-1', ' 1', '1,5', '1234567890123', '0.123456789'])('is not %j', (text) => {
    expect(unitsOf(text)).toBeUndefined();
  });
});

describe('what is kept', () => {
  it('is never more than the limit, and the newest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (keys) => {
        const forgotten: number[] = [];
        const map = new BoundedMap<number, number>(5, (value) => forgotten.push(value));
        for (const key of keys) map.set(key, key);
        expect(map.size).toBeLessThanOrEqual(5);
        if (keys.length > 0) expect(map.has(keys.at(-1)!)).toBe(true);
        expect(map.size + forgotten.length).toBeGreaterThanOrEqual(new Set(keys).size);
      }),
    );
  });

  it('is the last 1,000 requests, each of a bounded length', () => {
    const log = new RequestLog();
    for (let at = 0; at < 1_001; at += 1) {
      log.add({ at, method: 'GET', path: `/${'x'.repeat(500)}`, kind: undefined, idempotencyKey: undefined });
    }
    expect(log.views()).toHaveLength(1_000);
    expect(log.views()[0]).toEqual({
      at: '1970-01-01T00:00:00.001Z',
      method: 'GET',
      path: `/${'x'.repeat(199)}`,
    });
  });
});

it.each([
  ['/queues/a/validate', 'validate'],
  ['/v1/auctions/a/validate', 'validate'],
  ['/v1/admission/validate', 'validate'],
  ['/timed-releases/a/validate', 'shopper'],
  ['/v1/timed-releases/a/complete', 'complete'],
  ['/api/draws/a/deny', 'deny'],
  ['/api/v1/queues/a/validate', 'validate'],
  ['/api/draws/a/complete', 'complete'],
  ['/api/timed-releases/a/complete', 'shopper'],
  ['/api/queues/a/admit', 'admit'],
  ['/api/checkout', 'checkout'],
  ['/api/payments/refunds', 'checkout'],
  ['/auth/external/authorize', 'external'],
  ['/api/v1/auth/external/authorize', 'external'],
  ['/auth/external/exchange', 'shopper'],
  ['/draws/a/status', 'shopper'],
  ['/auth/guest', 'shopper'],
  ['/experiences', 'shopper'],
  ['/experiencesx', undefined],
  ['/v2/queues/a/validate', undefined],
  ['/', undefined],
])('%s is a call of the kind %s', (path, kind) => {
  expect(callKindOf(path)).toBe(kind);
});
