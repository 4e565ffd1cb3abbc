import fc from 'fast-check';
import { afterFailure, afterSuccess, type OutageWindow } from '../../lib/fanfare-api/outage-window.js';

interface Told {
  readonly window?: OutageWindow | undefined;
  readonly failing: boolean;
}

/** One more answer, `true` for a good one. */
function heard({ window }: Told, good: boolean): Told {
  return good ? { window: afterSuccess(window), failing: false } : afterFailure(window);
}

/** What is told after each of these answers. */
function toldAfter(...answers: readonly boolean[]): readonly Told[] {
  let told: Told = { failing: false };
  return answers.map((good) => (told = heard(told, good)));
}

/** At which answers, counted from 1, it tells that Fanfare is failing. */
function failingAt(...answers: readonly boolean[]): readonly number[] {
  return toldAfter(...answers).flatMap(({ failing }, index) => (failing ? [index + 1] : []));
}

const good = (count: number): readonly boolean[] => Array.from({ length: count }, () => true);
const bad = (count: number): readonly boolean[] => Array.from({ length: count }, () => false);

it('is not failing when 10 of 20 failed, and is when 11 did', () => {
  expect(failingAt(...bad(9), ...good(10), ...bad(1))).toEqual([]);
  expect(failingAt(...bad(10), ...good(9), ...bad(1))).toEqual([20]);
});

it('is not failing before there are 20 answers', () => {
  expect(failingAt(...bad(20))).toEqual([20]);
});

it('counts from a first failure, not what went well before', () => {
  expect(failingAt(...good(50), ...bad(20))).toEqual([70]);
});

it('goes by the latest 20: the one before them is forgotten', () => {
  // Each of the first ten goes out as a failure for a failure comes in, the eleventh goes out as a good one.
  expect(failingAt(...bad(10), ...good(10), ...bad(11))).toEqual([31]);
});

it('is nothing to keep once the latest 20 went well', () => {
  const told = toldAfter(...bad(3), ...good(20));
  expect(told.map(({ window }) => window !== undefined)).toEqual([...good(22), false]);
  expect(afterSuccess(undefined)).toBeUndefined();
});

it('keeps what it was given as it was', () => {
  const { window } = afterFailure(undefined);
  const before = JSON.stringify(window);
  afterFailure(window);
  afterSuccess(window);
  expect(JSON.stringify(window)).toBe(before);
});

test('whatever is heard, it tells what a list of all answers would, and can be kept as JSON after each', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 120, size: 'max' }), (answers) => {
      let told: Told = { failing: false };
      let since: readonly boolean[] = [];
      for (const answer of answers) {
        told = heard(JSON.parse(JSON.stringify(told)) as Told, answer);
        since = [...since, answer];
        const failures = since.slice(-20).filter((one) => !one).length;
        if (failures === 0) since = [];
        expect(told.window === undefined).toBe(failures === 0);
        expect(told.failing).toBe(!answer && since.length >= 20 && failures > 10);
      }
    }),
  );
});
