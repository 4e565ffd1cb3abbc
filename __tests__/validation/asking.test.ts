/** What the validator asks while Fanfare fails: little, and shoppers hear at once. */
import type { Question, Verdict } from '../../lib/admission/verdict.js';
import { question, scripted } from './scripted-client.js';

const yes: Verdict = { answer: 'yes' };
const down: Verdict = { answer: 'unknown', failure: 'away', reason: 'ECONNREFUSED' };
const limited: Verdict = { answer: 'unknown', reason: 'HTTP 429', status: 429, retryAfterSeconds: 12 };
const stranger = (number: number): Question => ({ ...question, token: `stranger-${String(number)}` });

async function ask(validator: ReturnType<typeof scripted>['validator'], count: number) {
  const verdicts: Verdict[] = [];
  for (let number = 0; number < count; number += 1) verdicts.push(await validator.page(stranger(number)));
  return verdicts;
}

test('after 20 failures pages and submits hear at once, and when to come again', async () => {
  let answer: Verdict = down;
  const { validator, asked, clock, events } = scripted(() => answer);
  await ask(validator, 20);
  const away = { answer: 'unknown', failure: 'away', reason: 'it is away' };
  expect(await validator.page(question)).toEqual({ ...away, retryAfterSeconds: 5 });
  await clock.advance(3_500);
  expect(await validator.submit(question)).toEqual({ ...away, retryAfterSeconds: 2 });
  expect(asked).toHaveLength(20);
  answer = yes;
  await clock.advance(1_500);
  expect(await validator.submit(question)).toEqual(yes);
  expect(await validator.page(question)).toEqual(yes);
  expect(events.map(({ type }) => type)).toEqual([
    'fanfare.unavailable',
    'fanfare.unavailable',
    'fanfare.recovered',
  ]);
});

test('those who wait for a turn when the outage shows hear at once, too', async () => {
  const { validator, asked, release, clock } = scripted(() => 'hold');
  const calls = Array.from({ length: 150 }, (_, number) => validator.page(stranger(number)));
  await clock.advance(0);
  release(down);
  const verdicts = await Promise.all(calls);
  expect(asked).toHaveLength(50);
  expect(verdicts.filter(({ answer }) => answer === 'unknown')).toHaveLength(150);
  expect(verdicts.slice(50)).toEqual(
    Array.from({ length: 100 }, () => expect.objectContaining({ reason: 'it is away' }) as unknown),
  );
});

test('one at a time finds out, however many come', async () => {
  let answer: Verdict | 'hold' = down;
  const { validator, asked, release, clock } = scripted(() => answer);
  await ask(validator, 20);
  answer = 'hold';
  await clock.advance(5_000);
  const calls = Array.from({ length: 40 }, (_, number) => validator.submit(stranger(number)));
  await clock.advance(0);
  expect(asked).toHaveLength(21);
  release(yes);
  expect((await Promise.all(calls)).filter(({ answer: said }) => said === 'yes')).toHaveLength(1);
});

test('a 429 is respected by the next ones', async () => {
  const { validator, asked, clock } = scripted(() => limited);
  expect(await validator.submit(question)).toEqual(limited);
  const paused = {
    answer: 'unknown',
    failure: 'busy',
    reason: 'it asked for a pause',
    retryAfterSeconds: 12,
  };
  expect(await validator.submit(question)).toEqual(paused);
  expect(await validator.page(question)).toEqual(paused);
  await clock.advance(11_999);
  await validator.page(question);
  expect(asked).toHaveLength(1);
  await clock.advance(1);
  await validator.page(question);
  expect(asked).toHaveLength(2);
});

test.each<[string, Verdict | (() => never)]>([
  ['a refused key is an answer', { answer: 'unknown', reason: 'HTTP 401', status: 401 }],
  ['a fingerprint that is missed is an answer', { answer: 'unknown', reason: 'FP001', status: 400 }],
  ['a request that is too long for it is an answer', { answer: 'unknown', reason: 'HTTP 413', status: 413 }],
  ['a turn that came too late was nobody’s fault', { answer: 'unknown', failure: 'busy', reason: 'late' }],
  ['a no is an answer', { answer: 'no', code: 'ADMISSION_INVALID', status: 200 }],
  [
    'a bug says nothing of Fanfare',
    () => {
      throw new Error('bug');
    },
  ],
])('%s, so there is no outage', async (_what, said) => {
  const { validator, asked } = scripted(() => (typeof said === 'function' ? said() : said));
  await ask(validator, 60);
  expect(asked).toHaveLength(60);
});

test.each<[string, Verdict]>([
  ['a wait that was too long for it', { answer: 'unknown', reason: 'HTTP 408', status: 408 }],
  ['a page in place of an answer', { answer: 'unknown', reason: 'HTTP 200', status: 200 }],
  ['a fault of its own', { answer: 'unknown', reason: 'HTTP 500', status: 500 }],
])('%s is none', async (_what, said) => {
  const { validator, asked } = scripted(() => said);
  await ask(validator, 60);
  expect(asked).toHaveLength(20);
});
