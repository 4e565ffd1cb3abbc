/** The ledger has written down what came of a delivery, and its answer never arrives. */
import type { Ledger } from '../../lib/ledger/ledger.js';
import { DONE, DOWN, MINUTE, refusal, Rig, SECOND, standIn } from './rig.js';

const LOST = new Error('read ECONNRESET');

/** `settles` says what becomes of each settling, `away` whether other steps are refused. */
class Losing {
  settles: 'answered' | 'answer lost' | 'lost' = 'answer lost';
  away = false;
  readonly rig = new Rig({}, (ledger) => this.#wrapped(ledger));

  #wrapped(ledger: Ledger): Ledger {
    const unlessAway = async <T>(step: () => Promise<T>): Promise<T> => {
      if (this.away) throw LOST;
      return step();
    };
    return standIn(ledger, {
      find: (id) => unlessAway(() => ledger.find(id)),
      take: (...asked) => unlessAway(() => ledger.take(...asked)),
      takeDue: (...asked) => unlessAway(() => ledger.takeDue(...asked)),
      settleDelivery: async (...asked) => {
        if (this.settles === 'lost') throw LOST;
        const answer = await ledger.settleDelivery(...asked);
        if (this.settles === 'answer lost') throw LOST;
        return answer;
      },
    });
  }
}

it('says a dead completion all the same, once', async () => {
  const { rig } = new Losing();
  await rig.order('a');
  rig.fanfare.answer = () => refusal(400, true);
  rig.delivery.start();
  await rig.clock.advance(MINUTE);
  expect(rig.said('completion.dead')).toMatchObject([{ admissionId: 'a', reason: 'HTTP 400', status: 400 }]);
  await rig.delivery.stop();
});

it('says one that Fanfare has heard of', async () => {
  const { rig } = new Losing();
  await rig.order('a');
  rig.delivery.start();
  await rig.clock.advance(MINUTE);
  expect(rig.said('completion.delivered')).toMatchObject([{ admissionId: 'a', attempts: 1 }]);
  await rig.delivery.stop();
});

it('says it when the ledger is back, once for all who look', async () => {
  const losing = new Losing();
  const { rig } = losing;
  await rig.order('a', 'b');
  rig.fanfare.answer = () => {
    losing.away = true;
    return refusal(400, true);
  };
  rig.delivery.start();
  await rig.clock.advance(MINUTE);
  expect(rig.said('completion.dead')).toEqual([]);
  losing.away = false;
  await Promise.all([rig.delivery.deliver('a'), rig.delivery.deliver('b')]);
  expect(rig.said('completion.dead')).toMatchObject([{ admissionId: 'a' }, { admissionId: 'b' }]);
  await rig.delivery.stop();
});

it('says it at the next call where the loop does not run', async () => {
  const losing = new Losing();
  const { rig } = losing;
  await rig.order('a');
  rig.fanfare.answer = () => {
    losing.away = true;
    return refusal(400, true);
  };
  await rig.delivery.deliver('a');
  losing.away = false;
  expect(await rig.delivery.deliver('a')).toBe(false);
  expect(rig.said('completion.dead')).toHaveLength(1);
});

it('says nothing of what was not written down', async () => {
  const losing = new Losing();
  const { rig } = losing;
  losing.settles = 'lost';
  await rig.order('a');
  rig.delivery.start();
  await rig.clock.advance(SECOND);
  expect(await rig.states('a')).toEqual(['ordered']);
  expect(rig.said('completion.delivered')).toEqual([]);
  await rig.delivery.stop();
});

it('leaves it to the other process that gave it up meanwhile', async () => {
  const losing = new Losing();
  const { rig } = losing;
  await rig.order('a');
  losing.settles = 'lost';
  rig.fanfare.answer = () => {
    losing.away = true;
    return refusal(400, true);
  };
  await rig.delivery.deliver('a');
  losing.away = false;
  losing.settles = 'answered';
  rig.fanfare.answer = () => refusal(400, true);
  await rig.clock.advance(15 * SECOND);
  await rig.another().deliver('a');
  await rig.delivery.deliver('a');
  expect(rig.said('completion.dead')).toHaveLength(1);
});

it('says no retry that it has not seen written, nor anything of a row that is gone', async () => {
  const losing = new Losing();
  const { rig } = losing;
  await rig.order('a');
  rig.fanfare.answer = () => DOWN;
  await rig.delivery.deliver('a');
  rig.fanfare.answer = () => DONE;
  jest.spyOn(rig.ledger, 'find').mockResolvedValue(undefined);
  await rig.delivery.deliver('a');
  jest.restoreAllMocks();
  await rig.delivery.deliver('a');
  expect(rig.said('completion.retry', 'completion.delivered')).toEqual([]);
});
