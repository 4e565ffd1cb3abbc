import type { Verdict } from '../../lib/admission/verdict.js';
import { createRevalidation } from '../../lib/completion/revalidation.js';
import { createUnverified } from '../../lib/completion/unverified.js';
import type { FanfareEvent } from '../../lib/events.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { ManualClock } from '../support/manual-clock.js';
import { numbered } from './rig.js';

const UNCLEAR: Verdict = { answer: 'unknown', reason: 'HTTP 500', status: 500 };
const GONE: Verdict = { answer: 'unknown', reason: 'ECONNREFUSED', failure: 'away' };

const clock = new ManualClock();
const events: FanfareEvent[] = [];
const asked: string[] = [];
let answer: (token: string) => Verdict;

const parts = {
  ledger: memoryLedger({ clock }),
  clock,
  emit: (event: FanfareEvent) => void events.push(event),
  seal: { seal: (token: string) => token, open: (sealed: string) => sealed },
  most: 1_000,
  ask: ({ token }: { token: string }) => {
    asked.push(token);
    return Promise.resolve(answer(token));
  },
};
const work = createRevalidation(parts);

async function letIn(names: readonly string[]): Promise<void> {
  const unverified = createUnverified(parts);
  const ids = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' } as const;
  for (const token of names) await unverified.letIn(token, { token, ...ids }, 'page');
}

const confirmed = () =>
  events.flatMap((event) => (event.type === 'admission.unverified_confirmed' ? [event.admissionId] : []));

afterEach(async () => {
  await work.stop();
  for (const { key } of await parts.ledger.openNotes('unverified', 1_000)) {
    await parts.ledger.finishNote('unverified', key);
  }
  events.length = 0;
  asked.length = 0;
});

it('asks about those behind hundreds of whom Fanfare says nothing clear', async () => {
  const stuck = numbered(250, 'stuck');
  await letIn(stuck);
  await clock.advance(1);
  await letIn(['last']);
  answer = (token) => (token === 'last' ? { answer: 'yes' } : UNCLEAR);
  work.start();
  await clock.advance(5_000);
  expect(confirmed()).toEqual(['last']);
  expect(new Set(asked).size).toBe(251);
});

it('asks about one each five seconds while Fanfare is away', async () => {
  await letIn(numbered(120, 'away'));
  answer = () => GONE;
  work.start();
  await clock.advance(10_000);
  expect(asked.length).toBeLessThanOrEqual(3);
  answer = () => ({ answer: 'yes' });
  await clock.advance(5_000);
  expect(confirmed()).toHaveLength(120);
});

it.each<[string, Verdict]>([
  ['outage', { answer: 'unknown', reason: 'HTTP 503', status: 503 }],
  ['exception', { answer: 'unknown', reason: 'TypeError', failure: 'fault' }],
])('asks about those behind one whose token always meets an %s', async (what, always) => {
  await letIn([what]);
  await clock.advance(1);
  await letIn(numbered(3, `behind-${what}`));
  answer = (token) => (token === what ? always : { answer: 'yes' });
  work.start();
  await clock.advance(15_000);
  expect(confirmed()).toHaveLength(3);
  answer = () => ({ answer: 'yes' });
  await clock.advance(10_000);
  expect(confirmed()).toHaveLength(4);
});

it('goes on after it was stopped in the middle, and not before it is started again', async () => {
  await letIn(numbered(5, 'halted'));
  let stopping: Promise<void> | undefined;
  answer = () => {
    stopping ??= work.stop();
    return { answer: 'yes' };
  };
  work.start();
  await clock.advance(60_000);
  await stopping;
  expect(confirmed()).toHaveLength(1);
  work.start();
  await clock.advance(1);
  expect(confirmed()).toHaveLength(5);
});
