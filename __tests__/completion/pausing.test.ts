import type { Ledger } from '../../lib/ledger/ledger.js';
import { DONE, HOUR, MINUTE, numbered, refusal, Rig, SECOND, standIn } from './rig.js';

describe('401', () => {
  it('pauses, asks once a minute without spending attempts, and resumes on a success', async () => {
    const rig = new Rig();
    await rig.order('a');
    let keyIsGood = false;
    rig.fanfare.answer = () => (keyIsGood ? DONE : refusal(401));
    rig.delivery.start();
    await rig.clock.advance(0);
    expect(rig.delivery.state).toBe('paused');
    expect(rig.said('deliveries.paused')).toMatchObject([
      { status: 401, reason: 'HTTP 401', level: 'error' },
    ]);
    await rig.clock.advance(3 * HOUR);
    const minutes = Array.from({ length: 181 }, (_, index) => index * MINUTE);
    expect(rig.fanfare.timesOf('a', rig.start)).toEqual(minutes);
    expect(await rig.progress('a')).toMatchObject({ attempts: 0, lastStatus: 401 });
    await rig.order('b');
    keyIsGood = true;
    await rig.clock.advance(MINUTE);
    expect(await rig.states('a', 'b')).toEqual(['delivered', 'delivered']);
    expect(rig.delivery.state).toBe('running');
    expect(rig.said('deliveries.paused', 'deliveries.resumed').map(({ type }) => type)).toEqual([
      'deliveries.paused',
      'deliveries.resumed',
    ]);
    await rig.delivery.stop();
  });

  it('of ten in flight pauses once, and all ten go out at once after the resume', async () => {
    const rig = new Rig();
    const names = numbered(15);
    await rig.order(...names);
    let keyIsGood = false;
    rig.fanfare.answer = () => (keyIsGood ? DONE : refusal(401));
    rig.delivery.start();
    await rig.clock.advance(30 * SECOND);
    expect(rig.fanfare.calls).toHaveLength(10);
    expect(rig.said('deliveries.paused')).toHaveLength(1);
    keyIsGood = true;
    await rig.clock.advance(31 * SECOND);
    expect(new Set(await rig.states(...names))).toEqual(new Set(['delivered']));
    expect(rig.fanfare.calls).toHaveLength(25);
    await rig.delivery.stop();
  });

  it('leaves nothing to ask when nothing is due, and asks the next order at once', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.fanfare.answer = () => refusal(401);
    rig.delivery.start();
    await rig.clock.advance(0);
    rig.fanfare.answer = () => refusal(422, true);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.fanfare.calls).toHaveLength(2);
    expect(await rig.states('a')).toEqual(['dead']);
    rig.fanfare.answer = () => DONE;
    await rig.order('b');
    rig.delivery.nudge();
    await rig.clock.advance(0);
    expect(await rig.states('b')).toEqual(['delivered']);
    expect(rig.delivery.state).toBe('running');
    await rig.delivery.stop();
  });

  it('does not hang on a row that is refused for a reason of its own', async () => {
    const rig = new Rig();
    const poisoned = numbered(5, 'bad');
    await rig.order(...poisoned, 'good');
    let keyIsGood = false;
    rig.fanfare.answer = ({ idempotencyKey }) => {
      if (!keyIsGood) return refusal(401);
      return idempotencyKey === 'good' ? DONE : refusal(410);
    };
    rig.delivery.start();
    await rig.clock.advance(SECOND);
    keyIsGood = true;
    await rig.clock.advance(6 * MINUTE);
    expect(await rig.states('good')).toEqual(['delivered']);
    expect(rig.delivery.state).toBe('running');
    await rig.clock.advance(2 * HOUR);
    expect(new Set(await rig.states(...poisoned))).toEqual(new Set(['dead']));
    await rig.delivery.stop();
  });
});

describe('403', () => {
  it('of one admission buries it after an hour and pauses nothing', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.fanfare.answer = () => refusal(403);
    rig.delivery.start();
    await rig.clock.advance(HOUR - SECOND);
    expect(await rig.states('a')).toEqual(['ordered']);
    await rig.clock.advance(SECOND);
    expect(await rig.states('a')).toEqual(['dead']);
    expect(rig.said('completion.dead')).toMatchObject([
      { admissionId: 'a', status: 403, reason: 'HTTP 403' },
    ]);
    expect(rig.said('deliveries.paused')).toEqual([]);
    await rig.delivery.stop();
  });

  it('of a second admission pauses, and the first one gets its attempts back', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.fanfare.answer = () => refusal(403);
    rig.delivery.start();
    await rig.clock.advance(MINUTE);
    expect(await rig.progress('a')).toMatchObject({ attempts: 3 });
    await rig.order('b');
    await rig.clock.advance(SECOND);
    expect(rig.delivery.state).toBe('paused');
    expect(await rig.progress('a')).toMatchObject({ attempts: 0 });
    expect(await rig.progress('b')).toMatchObject({ attempts: 0 });
    rig.fanfare.answer = () => DONE;
    await rig.clock.advance(MINUTE);
    expect(await rig.states('a', 'b')).toEqual(['delivered', 'delivered']);
    await rig.delivery.stop();
  });
});

describe('404', () => {
  it('of one admission buries it after an hour', async () => {
    const rig = new Rig();
    await rig.order('a');
    rig.fanfare.answer = () => refusal(404);
    rig.delivery.start();
    await rig.clock.advance(HOUR - SECOND);
    expect(await rig.states('a')).toEqual(['ordered']);
    await rig.clock.advance(SECOND);
    expect(await rig.states('a')).toEqual(['dead']);
    const seconds = [0, 5, 35, 155, 455, 2_255, 3_600];
    expect(rig.fanfare.timesOf('a', rig.start)).toEqual(seconds.map((at) => at * SECOND));
    await rig.delivery.stop();
  });

  it('of five admissions in a row pauses, and none of them has spent an attempt', async () => {
    const rig = new Rig();
    const names = numbered(5);
    rig.fanfare.answer = () => refusal(404);
    rig.delivery.start();
    for (const name of names) {
      await rig.order(name);
      await rig.clock.advance(SECOND);
    }
    expect(rig.delivery.state).toBe('paused');
    for (const name of names) {
      const progress = await rig.progress(name);
      expect(progress).toMatchObject({ attempts: 0 });
      expect(progress?.refusedSince).toBeUndefined();
    }
    await rig.clock.advance(5 * HOUR);
    expect(new Set(await rig.states(...names))).toEqual(new Set(['ordered']));
    rig.fanfare.answer = () => DONE;
    await rig.clock.advance(20 * MINUTE);
    expect(new Set(await rig.states(...names))).toEqual(new Set(['delivered']));
    await rig.delivery.stop();
  });

  it('of ten in flight at once gives all ten their attempts back', async () => {
    const rig = new Rig();
    const names = numbered(10);
    await rig.order(...names);
    rig.fanfare.answer = () => refusal(404);
    rig.delivery.start();
    await rig.clock.advance(SECOND);
    for (const name of names) expect(await rig.progress(name)).toMatchObject({ attempts: 0 });
    expect(rig.said('deliveries.paused')).toHaveLength(1);
    await rig.delivery.stop();
  });

  it('gives attempts back also while the ledger is slow to write them down', async () => {
    const rig = new Rig({}, (ledger) => {
      const settleDelivery: Ledger['settleDelivery'] = async (id, ...asked) => {
        await new Promise<void>((resolve) => rig.clock.after(id === 'a1' ? 3 * SECOND : 0, resolve));
        return ledger.settleDelivery(id, ...asked);
      };
      return standIn(ledger, { settleDelivery });
    });
    const names = numbered(5);
    await rig.order(...names);
    rig.fanfare.answer = () => refusal(404);
    rig.delivery.start();
    await rig.clock.advance(10 * SECOND);
    expect(rig.delivery.state).toBe('paused');
    for (const name of names) expect(await rig.progress(name)).toMatchObject({ attempts: 0 });
    await rig.delivery.stop();
  });

  it('of old rows does not keep new ones from getting through', async () => {
    const rig = new Rig();
    await rig.order(...numbered(8, 'gone'));
    rig.fanfare.answer = ({ idempotencyKey }) => (idempotencyKey.startsWith('gone') ? refusal(404) : DONE);
    rig.delivery.start();
    await rig.clock.advance(SECOND);
    expect(rig.delivery.state).toBe('paused');
    const fresh = numbered(8, 'new');
    await rig.order(...fresh);
    await rig.clock.advance(2 * MINUTE);
    expect(new Set(await rig.states(...fresh))).toEqual(new Set(['delivered']));
    await rig.delivery.stop();
  });
});
