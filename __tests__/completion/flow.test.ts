import fc from 'fast-check';
import { afterAnswer, afterSending, fullFlow, roomLeft } from '../../lib/completion/flow.js';
import type { Flow } from '../../lib/completion/flow.js';
import type { DeliveryAnswer } from '../../lib/fanfare-api/answers.js';
import { DONE, DOWN, HOUR, MINUTE, refusal, SECOND, tooMany } from './rig.js';

const answers: DeliveryAnswer[] = [
  DONE,
  DOWN,
  tooMany(),
  tooMany(90 * SECOND),
  refusal(404),
  { ...DONE, rateLimit: { remaining: 0, resetAt: 5 * MINUTE } },
];

function allowedAfter(...steps: { answer: DeliveryAnswer; at: number }[]): number {
  return steps.reduce((flow, { answer, at }) => afterAnswer(flow, answer, at, at + 1), fullFlow(0)).allowed;
}

describe('in flight', () => {
  it('is ten at most', () => {
    expect(roomLeft(fullFlow(0), 0, 0)).toBe(10);
    expect(roomLeft(fullFlow(0), 7, 0)).toBe(3);
    expect(roomLeft(fullFlow(0), 10, 0)).toBe(0);
  });

  it('is halved by each 429 down to one, and recovers by one with each success', () => {
    const halving = [10, 20, 30, 40, 50].map((at) => ({ answer: tooMany(), at }));
    expect([1, 2, 3, 4, 5].map((count) => allowedAfter(...halving.slice(0, count)))).toEqual([5, 2, 1, 1, 1]);
    const healing = [60, 70].map((at) => ({ answer: DONE, at }));
    expect(allowedAfter(...halving, ...healing)).toBe(3);
  });

  it('counts one burst of 429 answers as one', () => {
    const burst = Array.from({ length: 10 }, () => ({ answer: tooMany(), at: 0 }));
    expect(allowedAfter(...burst)).toBe(5);
  });

  it('stays between one and ten, whatever is answered', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...answers)), (given) => {
        let flow: Flow = fullFlow(0);
        given.forEach((answer, index) => {
          flow = afterAnswer(flow, answer, index * 10, index * 10 + 5);
          expect(flow.allowed).toBeGreaterThanOrEqual(1);
          expect(flow.allowed).toBeLessThanOrEqual(10);
        });
      }),
    );
  });

  it('is left alone by an outage and by a refusal', () => {
    expect(allowedAfter({ answer: DOWN, at: 1 }, { answer: refusal(404), at: 2 })).toBe(10);
  });
});

describe('on hold', () => {
  it('until Retry-After is over', () => {
    const flow = afterAnswer(fullFlow(0), tooMany(90 * SECOND), 0, 1_000);
    expect(roomLeft(flow, 0, 90_999)).toBe(0);
    expect(roomLeft(flow, 0, 91_000)).toBe(5);
  });

  it('until the limit is reset when nothing remains of it', () => {
    const flow = afterAnswer(fullFlow(0), { ...DONE, rateLimit: { remaining: 0, resetAt: 7_000 } }, 0, 1_000);
    expect(roomLeft(flow, 0, 6_999)).toBe(0);
    expect(roomLeft(flow, 0, 7_000)).toBe(10);
  });

  it.each([
    ['something remains', { remaining: 1, resetAt: 7_000 }],
    ['the reset is past', { remaining: 0, resetAt: 500 }],
  ])('not at all when %s', (_when, rateLimit) => {
    expect(roomLeft(afterAnswer(fullFlow(0), { ...DONE, rateLimit }, 0, 1_000), 0, 1_000)).toBe(10);
  });

  it('is not cut short by a later, shorter word', () => {
    const long = afterAnswer(fullFlow(0), tooMany(90 * SECOND), 0, 0);
    expect(roomLeft(afterAnswer(long, tooMany(SECOND), 0, 0), 0, 89_000)).toBe(0);
  });

  it('for an hour at most, so that a broken header silences nothing for days', () => {
    const flow = afterAnswer(fullFlow(0), tooMany(100 * HOUR), 0, 0);
    expect(roomLeft(flow, 0, HOUR)).toBeGreaterThan(0);
  });
});

describe('per minute', () => {
  /** Sends all it may at each second and counts. */
  function sentIn(minutes: number, perMinute: number): number {
    let flow = fullFlow(0, perMinute);
    let sent = 0;
    for (let now = 0; now < minutes * MINUTE; now += SECOND) {
      const room = roomLeft(flow, 0, now);
      flow = afterSending(flow, room, now);
      sent += room;
    }
    return sent;
  }

  it.each([1, 2, 6, 60, 300])('%d go out in each minute', (perMinute) => {
    expect(sentIn(1, perMinute)).toBe(perMinute);
    expect(sentIn(10, perMinute)).toBe(perMinute * 10);
  });

  it('saves up nothing while there is nothing to send', () => {
    expect(roomLeft(fullFlow(0, 120), 0, 10 * HOUR)).toBe(2);
  });

  it('never sends more than the pace in any run of seconds, with looks in between', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(looks, fc.integer({ min: 1, max: 600 }), (gaps, perMinute) => {
        let flow = fullFlow(0, perMinute);
        let now = 0;
        let sent = 0;
        for (const gap of gaps) {
          now += gap;
          const room = roomLeft(flow, 0, now);
          flow = afterSending(flow, room, now);
          sent += room;
        }
        expect(sent).toBeLessThanOrEqual((perMinute * (now + SECOND)) / MINUTE + 1);
      }),
    );
  });
});
