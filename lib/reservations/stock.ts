/** Moving stock: what is taken and what is put back, item by item, in one order for everybody. */
import type { Hold } from './hold.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';

/** More than 0 is taken from the stock, less is put back. */
export type Moves = ReadonlyMap<string, number>;

interface Moving {
  readonly item: string;
  readonly quantity: number;
}

export function movesOf(taken: readonly Moving[], returned: readonly Moving[]): Moves {
  const moves = new Map<string, number>();
  const add = (item: string, count: number): unknown => moves.set(item, (moves.get(item) ?? 0) + count);
  for (const { item, quantity } of taken) add(item, quantity);
  for (const { item, quantity } of returned) add(item, -quantity);
  return moves;
}

/**
 * Makes the moves, and says of which items there were too few: then the whole step has to be undone. Items are locked in
 * the order of their names, so that two carts never wait for each other.
 */
export function* move(statements: Statements, moves: Moves): Step<readonly string[]> {
  const short: string[] = [];
  for (const [item, count] of [...moves].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (count > 0 && !(yield* take(statements, item, count))) short.push(item);
    if (count < 0) oneRow(item, yield statements.giveBack(item, -count));
  }
  return short;
}

export function* giveBack(statements: Statements, holds: readonly Hold[]): Step<void> {
  yield* move(statements, movesOf([], holds));
}

function* take(statements: Statements, item: string, count: number): Step<boolean> {
  const taken = yield statements.take(item, count);
  if (taken.length === 0) {
    oneRow(item, yield statements.exists(item));
    return false;
  }
  oneRow(item, taken);
  return true;
}

/** An item without a row, or with two, is a mistake in the shop: no count of it can be right. */
function oneRow(item: string, { length }: readonly unknown[]): void {
  if (length === 1) return;
  throw new Error(
    `The stock table has ${length === 0 ? 'no row' : `${length} rows`} for the item ${JSON.stringify(item)}; it must have one.`,
  );
}
