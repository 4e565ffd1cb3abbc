import type { FanfareClient } from '../../lib/fanfare-api/client.js';
import { ManualClock } from '../support/manual-clock.js';
import { DONE, numbered, Rig, SECOND } from './rig.js';

const LEASE = 15 * SECOND;

/** A process that dies, with all it has in flight, as soon as it sends the poisoned completion. */
class Mortal {
  sent: string[] = [];
  dead = false;

  constructor(private readonly rig: Rig) {}

  readonly complete: FanfareClient['complete'] = async (report) => {
    this.sent.push(report.idempotencyKey);
    if (report.idempotencyKey === 'poison') this.dead = true;
    await Promise.resolve();
    return this.dead ? new Promise(() => undefined) : this.rig.fanfare.complete(report);
  };
}

/** Runs one process after the other until one lives; each dead one leaves its leases behind. */
async function runUntilOneLives(rig: Rig): Promise<Mortal[]> {
  const lives: Mortal[] = [];
  for (let number = 0; number < 30; number += 1) {
    const mortal = new Mortal(rig);
    lives.push(mortal);
    const clock = new ManualClock(rig.clock.now());
    const delivery = rig.another(mortal, clock);
    delivery.start();
    for (let second = 0; second < 60 && !mortal.dead; second += 1) {
      await clock.advance(SECOND);
      await rig.clock.advance(SECOND);
    }
    if (!mortal.dead) {
      await delivery.stop();
      return lives;
    }
    await rig.clock.advance(LEASE);
  }
  throw new Error('every process died');
}

it('a completion that ended five processes is given up, and the others go on', async () => {
  const rig = new Rig();
  const others = numbered(25);
  await rig.order(...others.slice(0, 4), 'poison', ...others.slice(4));
  const lives = await runUntilOneLives(rig);
  expect(lives).toHaveLength(6);
  expect(await rig.states('poison')).toEqual(['dead']);
  expect(new Set(await rig.states(...others))).toEqual(new Set(['delivered']));
  expect(rig.said('completion.dead')).toMatchObject([
    { admissionId: 'poison', reason: '5 processes in a row ended while sending it' },
  ]);
});

it('of completions whose sender died only one is on its way at a time', async () => {
  const rig = new Rig();
  await rig.order(...numbered(5));
  rig.another({ complete: () => new Promise(() => undefined) }, new ManualClock()).start();
  await rig.clock.advance(LEASE);
  const waiting: (() => void)[] = [];
  let most = 0;
  rig.fanfare.answer = () =>
    new Promise((resolve) => {
      waiting.push(() => {
        resolve(DONE);
      });
      most = Math.max(most, waiting.length);
    });
  rig.delivery.start();
  for (let second = 0; second < 60; second += 1) {
    await rig.clock.advance(SECOND);
    waiting.shift()?.();
  }
  expect(most).toBe(1);
  expect(new Set(await rig.states(...numbered(5)))).toEqual(new Set(['delivered']));
  await rig.delivery.stop();
});
