/** What must hold after each step of a schedule, and at its end. */
import { isUsed } from '../../lib/ledger/row.js';
import type { Hold } from '../../lib/reservations/index.js';
import { type Command, type Ground, ITEMS, Play, TOTAL, type World } from './play.js';

/** Plays a schedule, checking after each step; at its end everything has come to an outcome. */
export async function playChecked(ground: Ground, given: World, schedule: readonly Command[]): Promise<void> {
  const play = new Play(ground, given);
  for (const command of schedule) {
    const before = await ground.holds();
    await play.step(command);
    const after = await check(ground, given, before);
    if (command.do === 'sweep') await checkSwept(given, before, after);
    // Whatever an order takes and leaves, each piece that was held has its record.
    if (command.do === 'pay' && !command.honours) expect(pieces(after)).toBe(pieces(before));
  }
  const before = await ground.holds();
  await play.end();
  const after = await check(ground, given, before);
  await checkSwept(given, before, after);
  expect(after.filter(({ state }) => state === 'held')).toEqual([]);
}

async function check(ground: Ground, { sold }: World, before: readonly Hold[]): Promise<readonly Hold[]> {
  const holds = await ground.holds();
  checkStock(holds, await ground.left());
  const live = holds.filter(isLive);
  expect(new Set(live.map((one) => `${one.admissionId} ${one.line}`)).size).toBe(live.length);
  // An outcome is for good, and nothing is forgotten.
  for (const old of before) {
    const now = holds.find(({ id }) => id === old.id);
    if (old.state === 'held') expect(now).toBeDefined();
    else expect(now).toEqual(old);
  }
  // Whoever paid has what they paid for.
  for (const { orderId, cart, recordedFirst } of sold) {
    for (const { line, item, quantity } of cart) {
      const has = holds.find((one) => one.orderId === orderId && one.line === line && one.item === item);
      if (recordedFirst === true) expect(has?.quantity ?? 0).toBeGreaterThanOrEqual(quantity);
      else expect(has?.quantity).toBe(quantity);
    }
  }
  return holds;
}

/** A piece is in the stock, held or sold: never in two of these, never in none. */
function checkStock(holds: readonly Hold[], left: Readonly<Record<string, number>>): void {
  for (const name of ITEMS) {
    const taken = holds.filter((one) => isLive(one) && one.item === name);
    expect(left[name]).toBeGreaterThanOrEqual(0);
    expect(left[name]! + taken.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(TOTAL);
  }
}

async function checkSwept(
  { clock, ledger }: World,
  before: readonly Hold[],
  holds: readonly Hold[],
): Promise<void> {
  expect(pieces(holds)).toBe(pieces(before));
  for (const hold of holds.filter(({ id }) => before.some((old) => old.id === id && old.state === 'held'))) {
    const row = await ledger.find(hold.admissionId);
    if (hold.state === 'expired') expect(hold.expiresAt).toBeLessThanOrEqual(clock.now());
    if (hold.state === 'expired') expect(row?.state ?? 'free').toBe('free');
    if (hold.state === 'converted') {
      expect(row !== undefined && isUsed(row) ? row.order.orderId : undefined).toBe(hold.orderId);
    }
  }
}

function pieces(holds: readonly Hold[]): number {
  return holds.reduce((sum, { quantity }) => sum + quantity, 0);
}

function isLive({ state }: Hold): boolean {
  return state === 'held' || state === 'converted';
}
