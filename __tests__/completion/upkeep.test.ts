import type { LedWork } from '../../lib/completion/leadership.js';
import { watchLedger } from '../../lib/completion/ledger-watch.js';
import { createUpkeep } from '../../lib/completion/upkeep.js';
import { DOWN, HOUR, MINUTE, refusal, Rig, SECOND, standIn } from './rig.js';

function upkeepOf(rig: Rig, said: string[], overdueSeconds = 1_800): LedWork {
  const sayOverdue = ({ admission }: { admission: { id: string } }): unknown => said.push(admission.id);
  const sayPurged = (rows: number): unknown => said.push(`purged ${String(rows)}`);
  return createUpkeep({ ledger: watchLedger(rig), clock: rig.clock, sayOverdue, sayPurged, overdueSeconds });
}

it('purges once an hour', async () => {
  let purged = 0;
  const rig = new Rig({}, (ledger) => standIn(ledger, { purge: () => Promise.resolve((purged += 1)) }));
  const said: string[] = [];
  const upkeep = upkeepOf(rig, said);
  await rig.clock.advance(HOUR);
  expect(purged).toBe(0);
  upkeep.start();
  await rig.clock.advance(0);
  expect(purged).toBe(1);
  await rig.clock.advance(2 * HOUR);
  expect(purged).toBe(3);
  await upkeep.stop();
  await rig.clock.advance(2 * HOUR);
  expect(purged).toBe(3);
  expect(said).toEqual(['purged 1', 'purged 2', 'purged 3']);
});

it('says what is overdue after half an hour, daily again, and through a pause as well', async () => {
  const rig = new Rig();
  const said: string[] = [];
  const upkeep = upkeepOf(rig, said);
  await rig.order('a');
  rig.fanfare.answer = () => refusal(401);
  rig.delivery.start();
  upkeep.start();
  await rig.clock.advance(30 * MINUTE - SECOND);
  expect(said).toEqual([]);
  await rig.clock.advance(SECOND);
  expect(said).toEqual(['a']);
  await rig.clock.advance(23 * HOUR);
  expect(said).toEqual(['a']);
  await rig.clock.advance(HOUR);
  expect(said).toEqual(['a', 'a']);
  await Promise.all([upkeep.stop(), rig.delivery.stop()]);
});

it('takes overdueSeconds for half an hour', async () => {
  const rig = new Rig();
  const said: string[] = [];
  const upkeep = upkeepOf(rig, said, 60);
  await rig.order('a');
  rig.fanfare.answer = () => DOWN;
  upkeep.start();
  await rig.clock.advance(MINUTE);
  expect(said).toEqual(['a']);
  await upkeep.stop();
});
