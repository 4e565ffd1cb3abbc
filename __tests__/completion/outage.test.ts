import type { DeliveryAnswer } from '../../lib/fanfare-api/answers.js';
import { HOUR, DONE, DOWN, MINUTE, numbered, refusal, Rig, SECOND, tooMany } from './rig.js';

/** Enough orders that the breaker has its twenty answers at once. */
const MANY = numbered(40);

async function inOutage(options = {}): Promise<Rig> {
  const rig = new Rig(options);
  await rig.order(...MANY);
  rig.fanfare.answer = () => DOWN;
  rig.delivery.start();
  await rig.clock.advance(SECOND);
  return rig;
}

describe('an outage', () => {
  it('pauses after twenty answers, and costs waiting, not attempts', async () => {
    const rig = await inOutage();
    expect(rig.delivery.state).toBe('paused');
    expect(rig.said('deliveries.paused')).toMatchObject([
      {
        cause: 'outage',
        reason: 'ECONNREFUSED',
        message: expect.stringMatching(/Fanfare is away/) as unknown,
      },
    ]);
    const sent = rig.fanfare.calls.length;
    expect(sent).toBeLessThanOrEqual(30);
    await rig.clock.advance(24 * HOUR);
    const attempts = await Promise.all(MANY.map(async (name) => (await rig.progress(name))?.attempts));
    expect(Math.max(...attempts.map(Number))).toBe(1);
    // One probe each 30 seconds, and nothing besides.
    expect(rig.fanfare.calls.length - sent).toBe((24 * HOUR) / (30 * SECOND));
    await rig.delivery.stop();
  });

  it('ends with the first success, and everything follows at once', async () => {
    const rig = await inOutage();
    await rig.clock.advance(12 * HOUR);
    rig.fanfare.answer = () => DONE;
    const back = rig.clock.now();
    await rig.clock.advance(MINUTE);
    expect(Math.min(...rig.fanfare.calls.map(({ at }) => at).filter((at) => at > back))).toBeLessThanOrEqual(
      back + MINUTE,
    );
    expect(new Set(await rig.states(...MANY))).toEqual(new Set(['delivered']));
    expect(rig.said('deliveries.paused', 'deliveries.resumed').map(({ type }) => type)).toEqual([
      'deliveries.paused',
      'deliveries.resumed',
    ]);
    await rig.delivery.stop();
  });

  it('drains at the configured pace', async () => {
    const rig = await inOutage({ deliveriesPerMinute: 60 });
    await rig.clock.advance(12 * MINUTE);
    rig.fanfare.answer = () => DONE;
    const before = rig.fanfare.known.size;
    await rig.clock.advance(MINUTE);
    expect(before).toBe(0);
    expect(rig.fanfare.known.size).toBeGreaterThanOrEqual(25);
    expect(rig.fanfare.known.size).toBeLessThanOrEqual(61);
    await rig.delivery.stop();
  });

  it('is over when Fanfare refuses the probe, which is judged like any other', async () => {
    const rig = await inOutage();
    rig.fanfare.answer = ({ idempotencyKey }) => (idempotencyKey === MANY[0] ? refusal(410) : DONE);
    await rig.clock.advance(2 * MINUTE);
    expect(new Set(await rig.states(...MANY.slice(1)))).toEqual(new Set(['delivered']));
    expect(await rig.progress('a1')).toMatchObject({ lastStatus: 410 });
    expect(rig.delivery.state).toBe('running');
    await rig.delivery.stop();
  });

  it('that ends with a refused key is a pause for another reason', async () => {
    const rig = await inOutage();
    rig.fanfare.answer = () => refusal(401);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.delivery.state).toBe('paused');
    const attempts = await Promise.all(MANY.map(async (name) => (await rig.progress(name))?.attempts));
    expect(Math.max(...attempts.map(Number))).toBe(1);
    rig.fanfare.answer = () => DONE;
    await rig.clock.advance(20 * MINUTE);
    expect(new Set(await rig.states(...MANY))).toEqual(new Set(['delivered']));
    await rig.delivery.stop();
  });

  it('is not what a limit is: 429 slows down and pauses nothing', async () => {
    const rig = new Rig();
    await rig.order(...MANY);
    rig.fanfare.answer = () => tooMany(SECOND);
    rig.delivery.start();
    await rig.clock.advance(10 * MINUTE);
    expect(rig.said('deliveries.paused')).toEqual([]);
    await rig.delivery.stop();
  });

  it('of a few answers among many good ones pauses nothing', async () => {
    const rig = new Rig();
    await rig.order(...MANY);
    let answers = 0;
    rig.fanfare.answer = () => ((answers += 1) % 3 === 0 ? DOWN : DONE);
    rig.delivery.start();
    await rig.clock.advance(10 * MINUTE);
    expect(new Set(await rig.states(...MANY))).toEqual(new Set(['delivered']));
    expect(rig.said('deliveries.paused')).toEqual([]);
    await rig.delivery.stop();
  });

  describe('that Fanfare was not asked about', () => {
    const UNASKED: DeliveryAnswer = { kind: 'failed', reason: 'no "complete" for auction', unasked: true };
    const ELSEWHERE: DeliveryAnswer = { kind: 'done', already: false, unasked: true };
    const apart = new Set(MANY.slice(0, 30));

    it('pauses nothing, and each goes by its own schedule, never to its death', async () => {
      const rig = new Rig();
      await rig.order(...MANY);
      rig.fanfare.answer = ({ idempotencyKey }) => (apart.has(idempotencyKey) ? UNASKED : DONE);
      rig.delivery.start();
      await rig.clock.advance(24 * HOUR);
      expect(rig.said('deliveries.paused', 'completion.dead')).toEqual([]);
      expect(new Set(await rig.states(...apart))).toEqual(new Set(['ordered']));
      expect((await rig.progress(MANY[0]!))?.attempts).toBeGreaterThan(8);
      expect(new Set(await rig.states(...MANY.slice(30)))).toEqual(new Set(['delivered']));
      await rig.delivery.stop();
    });

    it('holds up no probe, however many of them are due', async () => {
      const rig = await inOutage();
      const [asked = ''] = MANY.slice(25);
      rig.fanfare.answer = ({ idempotencyKey }) => (idempotencyKey === asked ? DONE : UNASKED);
      await rig.clock.advance(2 * MINUTE);
      expect(rig.delivery.state).toBe('running');
      expect(await rig.states(asked)).toEqual(['delivered']);
      await rig.delivery.stop();
    });

    it.each([
      ['fails', UNASKED],
      ['works', ELSEWHERE],
    ])('ends no outage when it %s', async (_name, answer) => {
      const rig = await inOutage();
      rig.fanfare.answer = ({ idempotencyKey }) => (apart.has(idempotencyKey) ? answer : DOWN);
      await rig.clock.advance(HOUR);
      expect(rig.delivery.state).toBe('paused');
      expect(rig.said('deliveries.resumed')).toEqual([]);
      rig.fanfare.answer = ({ idempotencyKey }) => (apart.has(idempotencyKey) ? answer : DONE);
      await rig.clock.advance(2 * MINUTE);
      expect(rig.delivery.state).toBe('running');
      expect(new Set(await rig.states(...MANY.slice(30)))).toEqual(new Set(['delivered']));
      await rig.delivery.stop();
    });
  });
});
