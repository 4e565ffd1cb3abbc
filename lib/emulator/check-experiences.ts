/** Checks the experiences an emulator is to serve: a slip in one would show much later, and as a riddle. */
import { kindOf } from './answers.js';
import { unitsOf } from './decimal.js';
import { flag, id, issuesOf, oneOf, optional, strangersIn, text } from './expectations.js';
import type { Expectation, Expectations } from './expectations.js';
import { DISTRIBUTION_TYPES } from './experiences.js';
import type { DistributionType } from './experiences.js';
import { isObject, ownValue } from './fields.js';

const list: Expectation = { expected: 'a list', fits: Array.isArray };
const seconds = optional({
  expected: 'a number from 0 on',
  fits: (value) => Number.isFinite(value) && Number(value) >= 0,
});
const amount = optional({
  expected: 'a decimal string',
  fits: (value) => typeof value === 'string' && unitsOf(value) !== undefined,
});

const EXPERIENCE: Expectations = { id, name: text, distributions: list };
const DISTRIBUTION: Expectations = {
  id,
  type: oneOf(DISTRIBUTION_TYPES),
  admissionSeconds: optional({
    expected: 'a number above 0',
    fits: (value) => Number.isFinite(value) && Number(value) > 0,
  }),
  opensAfterSeconds: seconds,
  opaqueTokens: optional(flag),
};
const OF_TYPE: Readonly<Record<DistributionType, Expectations>> = {
  queue: { waitSeconds: seconds },
  draw: {
    runSeconds: seconds,
    winners: optional({
      expected: 'a whole number from 1 on',
      fits: (value) => Number.isInteger(value) && Number(value) >= 1,
    }),
  },
  auction: { runSeconds: seconds, startingBid: amount, minimumIncrement: amount },
  timed_release: {},
};

type Item = Readonly<Record<string, unknown>>;

/** Throws a `TypeError` that names the first field that does not fit. */
export function checkExperiences(experiences: unknown): void {
  for (const [at, experience] of itemsOf('experiences', experiences)) {
    checkFields(at, experience, EXPERIENCE);
    const distributions = itemsOf(`${at}.distributions`, ownValue(experience, 'distributions'));
    for (const [where, distribution] of distributions) checkDistribution(where, distribution);
  }
}

function itemsOf(at: string, items: unknown): readonly (readonly [string, Item])[] {
  if (!Array.isArray(items)) throw wrong(at, 'a list', kindOf(items));
  return items.map((item: unknown, index) => {
    const where = `${at}[${index}]`;
    if (!isObject(item)) throw wrong(where, 'an object', kindOf(item));
    return [where, item] as const;
  });
}

function checkDistribution(at: string, distribution: Item): void {
  checkFields(at, distribution, DISTRIBUTION);
  const type = ownValue(distribution, 'type') as DistributionType;
  checkFields(at, distribution, OF_TYPE[type]);
  const [stranger] = strangersIn(distribution, { ...DISTRIBUTION, ...OF_TYPE[type] });
  if (stranger !== undefined) throw new TypeError(`"${at}.${stranger}" is not known for a ${type}`);
}

function checkFields(at: string, item: Item, fields: Expectations): void {
  const [issue] = issuesOf(item, fields);
  if (issue) throw wrong(`${at}.${issue.field}`, issue.expected, issue.received);
}

function wrong(at: string, expected: string, received: string): TypeError {
  return new TypeError(`"${at}" must be ${expected}, got ${received}`);
}
