import type { Verdict } from '../../lib/admission/verdict.js';
import type { FanfareEvent } from '../../lib/events.js';
import { createCeiling } from '../../lib/validation/ceiling.js';
import { ManualClock } from '../support/manual-clock.js';

const yes: Verdict = { answer: 'yes' };
const no: Verdict = { answer: 'no', code: 'ADMISSION_INVALID', status: 200 };
const unknown: Verdict = { answer: 'unknown', reason: 'HTTP 503', status: 503 };

function limited(perMinute = 3) {
  const clock = new ManualClock();
  const events: FanfareEvent[] = [];
  const ceiling = createCeiling({ perMinute, clock, emit: (event) => events.push(event) });
  let asked = 0;
  return {
    clock,
    events,
    asked: () => asked,
    /** Asks about token `number`; Fanfare says `verdict`. */
    ask: (_number: number, verdict: Verdict | Promise<Verdict>, client = 'a') =>
      ceiling.within(client, () => {
        asked += 1;
        return Promise.resolve(verdict);
      }),
  };
}

test('so many noes a minute and no more, each client for itself', async () => {
  const { ask, asked, clock } = limited();
  for (const number of [1, 2, 3]) {
    expect(await ask(number, no)).toEqual(no);
    await clock.advance(10_000);
  }
  expect(await ask(4, yes)).toEqual({ waitMs: 30_000 });
  expect(await ask(4, yes, 'b')).toEqual(yes);
  expect(asked()).toBe(4);
  await clock.advance(29_999);
  expect(await ask(4, no)).toEqual({ waitMs: 1 });
  await clock.advance(1);
  expect(await ask(4, no)).toEqual(no);
  expect(await ask(5, no)).toEqual({ waitMs: 10_000 });
});

test('the same token counts again after each no', async () => {
  const { ask } = limited();
  for (let round = 0; round < 3; round += 1) await ask(1, no);
  expect(await ask(1, no)).toEqual({ waitMs: 60_000 });
});

test('good tokens cost nothing, however many there are', async () => {
  const { ask, asked } = limited();
  for (let number = 0; number < 50; number += 1) expect(await ask(number, yes)).toEqual(yes);
  expect(asked()).toBe(50);
});

test('a token that nobody could judge costs nothing, or an outage would lock its own shoppers out', async () => {
  const { ask, asked } = limited();
  for (let number = 0; number < 50; number += 1) expect(await ask(number, unknown)).toEqual(unknown);
  expect(asked()).toBe(50);
});

test('calls under way hold nobody up: a crowd behind one address has good tokens', async () => {
  const { ask } = limited();
  const answers: ((verdict: Verdict) => void)[] = [];
  const running = Array.from({ length: 50 }, (_, number) =>
    ask(number, new Promise((resolve) => answers.push(resolve))),
  );
  for (const answer of answers) answer(yes);
  expect(new Set(await Promise.all(running))).toEqual(new Set([yes]));
});

test('remembers 5,000 clients, and drops the one that was away longest', async () => {
  const { ask } = limited(1);
  await ask(1, no, 'first');
  await ask(1, no, 'second');
  for (let number = 0; number < 6_000; number += 1) await ask(1, yes, `good-${String(number)}`);
  expect(await ask(2, no, 'first')).toEqual({ waitMs: 60_000 });
  for (let number = 0; number < 4_999; number += 1) await ask(1, no, `bad-${String(number)}`);
  expect(await ask(2, no, 'first')).toEqual({ waitMs: 60_000 });
  expect(await ask(2, no, 'second')).toEqual(no);
});

test('is told of once a minute at most, with how many there were', async () => {
  const { ask, events, clock } = limited(1);
  await ask(1, no);
  for (let round = 0; round < 3; round += 1) await ask(2, no);
  expect(events).toMatchObject([{ type: 'clients.limited', level: 'warn', requests: 1 }]);
  await clock.advance(60_000);
  await ask(1, no);
  await ask(2, no);
  expect(events).toMatchObject([{ requests: 1 }, { requests: 3 }]);
});
