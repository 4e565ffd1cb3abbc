/** What reservations say, in words. */
import { compact } from '../admission/compact.js';
import type { OnEvent } from '../events.js';
import type { Difference, DifferenceKind } from './differences.js';
import type { Hold } from './hold.js';
import type { Converted } from './convert.js';
import type { Sweep } from './sweep.js';

const DONE = {
  held: 'held',
  converted: 'sold',
  released: 'given back',
  expired: 'given back, since the time is over',
} as const;

const DIFFERENT: Readonly<Record<DifferenceKind, string>> = {
  overdue: 'Stock is held past its time: is "sweep" called?',
  unresolved: 'Stock is held for an order attempt that ended without a word: was it paid?',
  not_converted: 'An order exists, and the stock for it is not marked as sold.',
  sold_unheld: 'An order exists, and the stock for it has been given back: it may be sold twice.',
  no_order: 'Stock is marked as sold to an order that the ledger does not know.',
  no_stock_row: 'Stock is held or sold of an item that the stock table does not have.',
  negative_stock: 'The stock of an item is below zero.',
  wrong_sum: 'What is there, held and sold of an item is not its total.',
};

/** One event for each hold, by what became of it. */
export function sayEach(emit: OnEvent, holds: readonly Hold[]): void {
  for (const hold of holds) say(emit, hold);
}

export function sayConverted(emit: OnEvent, { settled }: Converted): void {
  sayEach(emit, settled);
}

function say(
  emit: OnEvent,
  { admissionId, line, item, quantity, state, expiresAt, orderId = '' }: Hold,
): void {
  const message = `${String(quantity)} of ${JSON.stringify(item)}: ${DONE[state]}.`;
  const told = { level: 'info', message, admissionId, line, item, quantity } as const;
  if (state === 'held') emit({ type: 'reservation.held', ...told, expiresAt });
  else if (state === 'converted') emit({ type: 'reservation.converted', ...told, orderId });
  else emit({ type: `reservation.${state}`, ...told });
}

/** One event for all: when a database is away, all of them fail. */
export function sayFailed(emit: OnEvent, failed: Sweep['failed']): void {
  const [first] = failed;
  if (first === undefined) return;
  const message = `The holds of ${String(failed.length)} admissions could not be settled; the next sweep tries again.`;
  const { cause } = first;
  emit({ type: 'reservation.sweep_failed', level: 'error', message, admissions: failed.length, cause });
}

export function sayUnpurged(emit: OnEvent, cause: unknown): void {
  const message = 'Holds that ended long ago could not be deleted; the next sweep tries again.';
  emit({ type: 'reservation.sweep_failed', level: 'error', message, admissions: 0, cause });
}

export function sayDifferences(emit: OnEvent, differences: readonly Difference[]): void {
  for (const { kind, item, admissionId, orderId } of differences) {
    const about = compact({ item, admissionId, orderId });
    emit({
      type: 'reservation.difference',
      level: 'warn',
      message: DIFFERENT[kind],
      difference: kind,
      ...about,
    });
  }
}
