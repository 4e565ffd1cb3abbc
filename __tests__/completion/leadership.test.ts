import { createLeadership, type Leadership, type LedWork } from '../../lib/completion/leadership.js';
import { watchLedger } from '../../lib/completion/ledger-watch.js';
import type { FanfareEvent } from '../../lib/events.js';
import { type Ledger } from '../../lib/ledger/ledger.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { ManualClock } from '../support/manual-clock.js';
import { SECOND, standIn } from './rig.js';

let clock: ManualClock;
let ledger: Ledger;
let events: FanfareEvent[];

beforeEach(() => {
  clock = new ManualClock();
  ledger = memoryLedger({ clock });
  events = [];
});

class Process implements LedWork {
  running = false;
  starts = 0;
  memo = '';
  recalled: string[] = [];
  ending: Promise<void> = Promise.resolve();
  readonly leadership: Leadership;

  constructor(owner: string, on: Ledger = ledger, at: ManualClock = clock) {
    const emit = (event: FanfareEvent): void => {
      events.push(event);
    };
    this.leadership = createLeadership({
      ledger: watchLedger({ ledger: on, clock: at, emit }),
      clock: at,
      owner,
      works: [this],
      memo: () => this.memo,
      recall: (memo) => {
        this.recalled.push(memo);
      },
    });
  }

  start(): void {
    this.running = true;
    this.starts += 1;
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ending;
  }
}

it('has one process at work, whichever asked first', async () => {
  const [one, other] = [new Process('one'), new Process('other')];
  one.leadership.start();
  await clock.advance(0);
  other.leadership.start();
  await clock.advance(60 * SECOND);
  expect([one.running, other.running]).toEqual([true, false]);
  expect([one.leadership.state, other.leadership.state]).toEqual(['leading', 'standby']);
  expect(one.starts).toBe(1);
  await Promise.all([one.leadership.stop(), other.leadership.stop()]);
  expect([one.leadership.state, other.leadership.state]).toEqual(['stopped', 'stopped']);
});

it('changes within seconds when the leader was killed', async () => {
  const killed = new Process('killed', ledger, new ManualClock(clock.now()));
  killed.leadership.start();
  await clock.advance(0);
  const next = new Process('next');
  next.leadership.start();
  await clock.advance(4 * SECOND);
  expect(next.running).toBe(false);
  await clock.advance(2 * SECOND);
  expect(next.running).toBe(true);
  await next.leadership.stop();
});

it('changes at once when the leader stops, after what was running has ended, and hands the memo on', async () => {
  const [one, other] = [new Process('one'), new Process('other')];
  one.leadership.start();
  await clock.advance(0);
  other.leadership.start();
  let end: () => void = () => undefined;
  one.ending = new Promise((resolve) => (end = resolve));
  one.memo = 'what one knows';
  const stopping = one.leadership.stop();
  await clock.advance(3 * SECOND);
  expect(other.running).toBe(false);
  end();
  await stopping;
  await clock.advance(1.5 * SECOND);
  expect(other.running).toBe(true);
  expect(other.recalled).toEqual(['what one knows']);
  await other.leadership.stop();
});

it('ends the work of a leader that finds another one in its place', async () => {
  const slept = new ManualClock(clock.now());
  const [sleeper, other] = [new Process('sleeper', ledger, slept), new Process('other')];
  sleeper.leadership.start();
  await clock.advance(0);
  other.leadership.start();
  await clock.advance(6 * SECOND);
  expect([sleeper.running, other.running]).toEqual([true, true]);
  await slept.advance(1.5 * SECOND);
  expect([sleeper.running, other.running]).toEqual([false, true]);
  await Promise.all([sleeper.leadership.stop(), other.leadership.stop()]);
});

it('ends the work when the ledger cannot be asked for as long as the lead lasts, and goes on afterwards', async () => {
  let away = false;
  const failing = standIn(ledger, {
    lead: (request) => (away ? Promise.reject(new Error('gone')) : ledger.lead(request)),
  });
  const one = new Process('one', failing);
  one.leadership.start();
  await clock.advance(0);
  away = true;
  await clock.advance(3 * SECOND);
  expect(one.running).toBe(true);
  await clock.advance(3 * SECOND);
  expect(one.running).toBe(false);
  expect(events.map(({ type }) => type)).toEqual(['ledger.unavailable']);
  away = false;
  await clock.advance(1.5 * SECOND);
  expect(one.running).toBe(true);
  await one.leadership.stop();
});
