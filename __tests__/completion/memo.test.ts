import { fullFlow } from '../../lib/completion/flow.js';
import { readMemo, writeMemo } from '../../lib/completion/memo.js';
import { OPEN_QUEUE, type Queue } from '../../lib/completion/queue.js';

const NOW = 1_700_000_000_000;
const PAUSED: Queue = {
  ...OPEN_QUEUE,
  resumedAt: NOW - 5,
  window: { answers: [false, true] },
  pause: {
    cause: 'refusal',
    status: 401,
    reason: 'HTTP 401',
    parked: [{ admissionId: 'a', delivery: { attempts: 2, nextAttemptAt: NOW, lastStatus: 401 } }],
  },
};

it('brings queue and flow over whole', () => {
  const flow = { ...fullFlow(NOW), allowed: 3, holdUntil: NOW + 1, halvedAt: NOW - 1 };
  expect(readMemo(writeMemo({ queue: PAUSED, flow }), NOW, undefined)).toEqual({ queue: PAUSED, flow });
});

it('of a process whose clock was days ahead holds the queue for an hour at most', () => {
  const flow = { ...fullFlow(NOW), holdUntil: NOW + 3 * 86_400_000 };
  const read = readMemo(writeMemo({ queue: OPEN_QUEUE, flow }), NOW, undefined);
  expect(read.flow.holdUntil).toBe(NOW + 3_600_000);
});

it('of a fresh start is a fresh start', () => {
  const fresh = { queue: OPEN_QUEUE, flow: fullFlow(NOW) };
  expect(readMemo(writeMemo(fresh), NOW, undefined)).toEqual(fresh);
});

it('leaves the pace to each process', () => {
  const text = writeMemo({ queue: OPEN_QUEUE, flow: fullFlow(NOW, 6) });
  expect(readMemo(text, NOW, undefined).flow.pace).toBeUndefined();
  expect(readMemo(text, NOW, 60).flow.pace).toMatchObject({ perMinute: 60 });
});

it.each([
  '',
  'null',
  '{',
  '[]',
  '{"version":1,"queue":{},"flow":{}}',
  '{"version":3,"queue":{},"flow":{}}',
  '"text"',
])('that is not of this version is none: %j', (text) => {
  expect(readMemo(text, NOW, undefined)).toEqual({ queue: OPEN_QUEUE, flow: fullFlow(NOW) });
});

it('stays small enough to be kept', () => {
  const kept = {
    admissionId: 'x'.repeat(43),
    delivery: { attempts: 1, nextAttemptAt: NOW, lastReason: 'y'.repeat(200) },
  };
  const parked = Array.from({ length: 10_000 }, () => kept);
  const queue: Queue = { ...OPEN_QUEUE, pause: { cause: 'outage', reason: 'ECONNREFUSED', parked } };
  expect(writeMemo({ queue, flow: fullFlow(NOW) }).length).toBeLessThanOrEqual(65_536);
});
