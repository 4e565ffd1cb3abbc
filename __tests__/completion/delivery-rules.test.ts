import fc from 'fast-check';
import { decide } from '../../lib/completion/delivery-rules.js';
import { nextParked } from '../../lib/completion/pause.js';
import type { Answered, Decision, Progress, Queue } from '../../lib/completion/queue.js';
import { OPEN_QUEUE } from '../../lib/completion/queue.js';
import type { DeliveryAnswer } from '../../lib/fanfare-api/answers.js';
import { DONE, DOWN, HOUR, MINUTE, refusal, SECOND, tooMany } from './rig.js';

const NOW = 1_700_000_000_000;
const FRESH: Progress = { attempts: 0, nextAttemptAt: NOW };

function answered(admissionId: string, answer: DeliveryAnswer, more: Partial<Answered> = {}): Answered {
  return { admissionId, answer, before: FRESH, probe: false, now: NOW, random: 0, ...more };
}

/** Judges one answer after the other; the last decision counts. */
function inTurn(queue: Queue, ...all: Answered[]): Decision {
  let decision: Decision = { outcome: { to: 'delivered' }, queue, putBack: [] };
  for (const one of all) decision = decide(decision.queue, one);
  return decision;
}

function delivery({ outcome }: Decision): Progress {
  if (outcome.to === 'delivered') throw new Error('was delivered');
  return outcome.delivery;
}

const PAUSED = decide(OPEN_QUEUE, answered('first', refusal(401))).queue;

describe('one row', () => {
  it('is delivered by a success, the first or a repeated one', () => {
    for (const already of [false, true]) {
      const decision = decide(OPEN_QUEUE, answered('a', { kind: 'done', already }));
      expect(decision).toEqual({ outcome: { to: 'delivered' }, queue: OPEN_QUEUE, putBack: [] });
    }
  });

  it('goes on by the schedule after a failure, and its hour of refusals is broken off', () => {
    const before = {
      attempts: 3,
      nextAttemptAt: NOW,
      refusedSince: NOW - 1,
      lastStatus: 404,
      lastReason: 'x',
    };
    const decision = decide(OPEN_QUEUE, answered('a', DOWN, { before }));
    expect(decision.outcome).toEqual({
      to: 'ordered',
      delivery: { attempts: 4, nextAttemptAt: NOW + 5 * MINUTE, lastReason: 'ECONNREFUSED' },
    });
  });

  it('waits as long as Fanfare asks for', () => {
    const { nextAttemptAt } = delivery(decide(OPEN_QUEUE, answered('a', tooMany(HOUR))));
    expect(nextAttemptAt).toBe(NOW + HOUR);
  });

  it('never dies of failures, however many', () => {
    fc.assert(
      fc.property(fc.nat(), fc.option(fc.nat()), (attempts, status) => {
        const answer = { ...DOWN, ...(status === null ? {} : { status }) };
        expect(decide(OPEN_QUEUE, answered('a', answer, { before: { ...FRESH, attempts } })).outcome.to).toBe(
          'ordered',
        );
      }),
    );
  });

  it.each([400, 403, 404, 405, 409, 410, 413, 422, 423])(
    'dies at once of a %d with a known code',
    (status) => {
      const decision = decide(OPEN_QUEUE, answered('a', refusal(status, true)));
      expect(decision.outcome.to).toBe('dead');
      expect(delivery(decision)).toMatchObject({
        attempts: 1,
        lastStatus: status,
        lastReason: `HTTP ${status}`,
      });
      expect(decision.queue.pause).toBeUndefined();
    },
  );

  it.each([400, 403, 404, 405, 410, 413, 422])('is asked again for an hour after a bare %d', (status) => {
    const first = decide(OPEN_QUEUE, answered('a', refusal(status)));
    expect(first.outcome.to).toBe('ordered');
    expect(delivery(first)).toMatchObject({
      attempts: 1,
      refusedSince: NOW,
      nextAttemptAt: NOW + 5 * SECOND,
    });
    const before = { ...FRESH, attempts: 6, refusedSince: NOW };
    const late = answered('a', refusal(status), { before, now: NOW + HOUR - 1 });
    expect(decide(first.queue, late).outcome.to).toBe('ordered');
    expect(decide(first.queue, { ...late, now: NOW + HOUR }).outcome.to).toBe('dead');
  });

  it('starts its hour anew when a pause lay in between', () => {
    const queue = { ...OPEN_QUEUE, resumedAt: NOW };
    const before = { ...FRESH, refusedSince: NOW - HOUR };
    const decision = decide(queue, answered('a', refusal(410), { before, now: NOW + 1 }));
    expect(delivery(decision)).toMatchObject({ refusedSince: NOW + 1 });
    expect(decision.outcome.to).toBe('ordered');
  });
});

describe('pausing', () => {
  it('comes with the first 401, even with a known code, and spends no attempt', () => {
    for (const known of [false, true]) {
      const decision = decide(
        OPEN_QUEUE,
        answered('a', refusal(401, known), { before: { ...FRESH, attempts: 2 } }),
      );
      expect(decision.outcome.to).toBe('ordered');
      expect(delivery(decision).attempts).toBe(2);
      expect(decision.queue.pause).toMatchObject({ status: 401, reason: 'HTTP 401' });
    }
  });

  it('comes with a 403 of a second admission, which both get back what they had', () => {
    const before = { ...FRESH, attempts: 4 };
    const one = decide(OPEN_QUEUE, answered('a', refusal(403), { before }));
    expect(one.queue.pause).toBeUndefined();
    const again = decide(one.queue, answered('a', refusal(403), { before: delivery(one) }));
    expect(again.queue.pause).toBeUndefined();
    const other = decide(again.queue, answered('b', refusal(403)));
    expect(other.queue.pause).toMatchObject({ status: 403 });
    expect(delivery(other).attempts).toBe(0);
    expect(other.putBack.map(({ admissionId, delivery: { attempts } }) => [admissionId, attempts])).toEqual([
      ['a', 4],
    ]);
  });

  it('does not come with a 403 of a second admission when a success lay in between', () => {
    const decision = inTurn(
      OPEN_QUEUE,
      answered('a', refusal(403)),
      answered('b', DONE),
      answered('c', refusal(403)),
    );
    expect(decision.queue.pause).toBeUndefined();
  });

  it('comes with five 404 or 405 in a row over different admissions', () => {
    const four = ['a', 'b', 'c', 'd'].map((id, index) => answered(id, refusal(index % 2 ? 405 : 404)));
    expect(inTurn(OPEN_QUEUE, ...four).queue.pause).toBeUndefined();
    expect(inTurn(OPEN_QUEUE, ...four, answered('a', refusal(404))).queue.pause).toBeUndefined();
    const fifth = inTurn(OPEN_QUEUE, ...four, answered('e', refusal(404)));
    expect(fifth.queue.pause).toMatchObject({ status: 404 });
    expect(delivery(fifth)).toMatchObject({ attempts: 0 });
    expect(delivery(fifth).refusedSince).toBeUndefined();
    expect(fifth.putBack.map(({ admissionId }) => admissionId)).toEqual(['a', 'b', 'c', 'd']);
    for (const kept of fifth.putBack) expect(kept.delivery).toMatchObject({ attempts: 0 });
  });

  it.each([
    ['a success', DONE],
    ['another refusal', refusal(410)],
    ['a known refusal', refusal(404, true)],
  ])('is put off by %s in the row', (_what, between) => {
    const row = ['a', 'b', 'c', 'd'].map((id) => answered(id, refusal(404)));
    const decision = inTurn(OPEN_QUEUE, ...row, answered('x', between), answered('e', refusal(404)));
    expect(decision.queue.pause).toBeUndefined();
  });

  it('is not put off by an outage in the row, which says nothing', () => {
    const row = ['a', 'b', 'c', 'd'].map((id) => answered(id, refusal(404)));
    const decision = inTurn(OPEN_QUEUE, ...row, answered('x', DOWN), answered('e', refusal(404)));
    expect(decision.queue.pause).toBeDefined();
  });
});

describe('a paused queue', () => {
  it('spends no attempts and pauses on, whatever comes but a success', () => {
    const answers = fc.constantFrom(
      DOWN,
      tooMany(),
      refusal(400),
      refusal(401),
      refusal(403),
      refusal(404),
      refusal(500),
    );
    fc.assert(
      fc.property(answers, fc.nat(), fc.boolean(), (answer, attempts, probe) => {
        const decision = decide(PAUSED, answered('a', answer, { before: { ...FRESH, attempts }, probe }));
        expect(decision.queue.pause).toBeDefined();
        expect(decision.outcome.to).toBe('ordered');
        expect(delivery(decision).attempts).toBe(attempts);
      }),
    );
  });

  it('resumes with a probe that succeeds, and what was parked is due', () => {
    const more = decide(PAUSED, answered('b', refusal(401)));
    const decision = decide(more.queue, answered('b', DONE, { probe: true, now: NOW + MINUTE }));
    expect(decision.queue).toEqual({ ...OPEN_QUEUE, resumedAt: NOW + MINUTE });
    expect(decision.putBack).toMatchObject([
      { admissionId: 'first', delivery: { nextAttemptAt: NOW + MINUTE } },
    ]);
  });

  it('resumes without hurrying those whose address was not found', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((id) => answered(id, refusal(404)));
    const { queue } = inTurn(OPEN_QUEUE, ...all);
    const decision = decide(queue, answered('new', DONE, { probe: true }));
    expect(decision.queue.pause).toBeUndefined();
    expect(decision.putBack).toEqual([]);
  });

  it('does not resume with a success that was sent before the pause', () => {
    const decision = decide(PAUSED, answered('first', DONE));
    expect(decision.outcome.to).toBe('delivered');
    expect(decision.queue.pause).toMatchObject({ status: 401, parked: [] });
  });

  it('gives a row of the streak back what it had before, also when it was on its way again', () => {
    const { queue } = inTurn(OPEN_QUEUE, answered('a', refusal(403)), answered('b', refusal(403)));
    const late = decide(
      queue,
      answered('a', refusal(403), { before: { ...FRESH, attempts: 1, refusedSince: NOW } }),
    );
    expect(delivery(late).attempts).toBe(0);
    expect(delivery(late).refusedSince).toBeUndefined();
  });

  it('buries a row that is refused for good, and does not ask it again', () => {
    const decision = decide(PAUSED, answered('first', refusal(422, true), { probe: true }));
    expect(decision.outcome.to).toBe('dead');
    expect(nextParked(decision.queue, NOW)).toBeUndefined();
  });

  it('asks one row after the other', () => {
    const two = decide(PAUSED, answered('b', refusal(401)));
    expect(nextParked(two.queue, NOW)).toMatchObject({
      admissionId: 'first',
      delivery: { nextAttemptAt: NOW },
    });
    const probed = decide(two.queue, answered('first', refusal(401), { probe: true, now: NOW + 1 }));
    expect(nextParked(probed.queue, NOW)?.admissionId).toBe('b');
  });

  it('remembers only rows that are still parked', () => {
    let queue = PAUSED;
    for (let minute = 1; minute <= 1_000; minute += 1) {
      queue = decide(queue, answered(`row-${minute}`, refusal(401), { now: NOW + minute * MINUTE })).queue;
    }
    expect(queue.pause!.parked.length).toBeLessThanOrEqual(15);
  });
});
