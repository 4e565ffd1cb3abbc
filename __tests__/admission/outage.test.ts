import fc from 'fast-check';
import {
  type Failure,
  failureOf,
  type Known,
  OUTAGE_POLICIES,
  type Phase,
  type Ruling,
  ruleInOutage,
  type Situation,
} from '../../lib/admission/outage.js';

const PHASES: readonly Phase[] = ['page', 'order'];
const KNOWN: readonly Known[] = ['nothing', 'claimed', 'signed', 'validated', 'expired'];
const FAILURES: readonly Failure[] = ['away', 'busy', 'unclear', 'locked', 'fault'];

const situations: fc.Arbitrary<Situation> = fc.record({
  policy: fc.constantFrom(...OUTAGE_POLICIES),
  phase: fc.constantFrom(...PHASES),
  known: fc.constantFrom(...KNOWN),
  failure: fc.constantFrom(...FAILURES),
});

const admits = (ruling: Ruling): boolean => ruling === 'admit' || ruling === 'counted';

/** Checks a law of the table in all its 150 situations, or more. */
function always(law: (situation: Situation) => void): void {
  fc.assert(fc.property(situations, law), { numRuns: 5_000 });
}

test('every situation has a ruling', () => {
  always((situation) => {
    expect(['admit', 'counted', 'later', 'refuse']).toContain(ruleInOutage(situation));
  });
});

test('deny admits nobody', () => {
  always((situation) => {
    expect(admits(ruleInOutage({ ...situation, policy: 'deny' }))).toBe(false);
  });
});

test('what is over is refused, and nothing else is', () => {
  always((situation) => {
    expect(ruleInOutage(situation) === 'refuse').toBe(situation.known === 'expired');
  });
});

test('nobody unknown is admitted but by allow-unverified, and counted, while Fanfare is away', () => {
  always((situation) => {
    const { policy, known, failure } = situation;
    if (known === 'nothing') expect(ruleInOutage(situation)).toBe('later');
    if (known !== 'claimed' || !admits(ruleInOutage(situation))) return;
    expect([ruleInOutage(situation), policy, failure]).toEqual(['counted', 'allow-unverified', 'away']);
  });
});

test('an order needs a yes of Fanfare’s, or counts', () => {
  always((situation) => {
    if (situation.phase === 'order' && ruleInOutage(situation) === 'admit') {
      expect(situation.known).toBe('validated');
    }
  });
});

test('a bug admits only whom Fanfare or its signature vouched for', () => {
  always((situation) => {
    if (!admits(ruleInOutage({ ...situation, failure: 'fault' }))) return;
    expect(['signed', 'validated']).toContain(situation.known);
  });
});

test('a more lenient policy or more knowledge admits at least as many', () => {
  const better = (one: Situation, other: Situation): void => {
    if (admits(ruleInOutage(one))) expect(admits(ruleInOutage(other))).toBe(true);
  };
  always((situation) => {
    const lenient = OUTAGE_POLICIES[OUTAGE_POLICIES.indexOf(situation.policy) + 1];
    if (lenient !== undefined) better(situation, { ...situation, policy: lenient });
    const more = KNOWN[KNOWN.indexOf(situation.known) + 1];
    if (more !== undefined && more !== 'expired') better(situation, { ...situation, known: more });
  });
});

test('the default is what it says', () => {
  const ruled = (phase: Phase, known: Known): Ruling =>
    ruleInOutage({ policy: 'allow-validated', phase, known, failure: 'away' });
  expect(PHASES.map((phase) => KNOWN.map((known) => ruled(phase, known)))).toEqual([
    ['later', 'later', 'admit', 'admit', 'refuse'],
    ['later', 'later', 'later', 'admit', 'refuse'],
  ]);
});

test.each<[number | undefined, Failure]>([
  [undefined, 'fault'],
  [502, 'away'],
  [503, 'away'],
  [504, 'away'],
  [429, 'busy'],
  [401, 'locked'],
  [200, 'unclear'],
  [307, 'unclear'],
  [408, 'unclear'],
  [500, 'unclear'],
])('status %p means: %s, unless the asker knows better', (status, failure) => {
  const told = status === undefined ? {} : { status };
  expect(failureOf({ answer: 'unknown', reason: 'x', ...told })).toBe(failure);
  expect(failureOf({ answer: 'unknown', reason: 'x', ...told, failure: 'away' })).toBe('away');
});
