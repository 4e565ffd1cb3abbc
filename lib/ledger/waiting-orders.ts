/** The orders that Fanfare has not heard of yet, the most urgent first, for the ledger in memory. */
import type { OrderedRow } from './delivering.js';
import { byUrgency, dueAt } from './delivering.js';
import type { Row } from './row.js';

export class WaitingOrders {
  readonly #rows: OrderedRow[] = [];

  due(now: number, limit: number): readonly OrderedRow[] {
    const due: OrderedRow[] = [];
    for (const row of this.#rows) {
      if (due.length >= limit) break;
      if (dueAt(row) <= now) due.push(row);
    }
    return due;
  }

  /** Takes in, puts in the place of what it was, or leaves out. An order keeps its place for as long as it waits. */
  put(row: Row, before: Row | undefined): void {
    const waits = row.state === 'ordered' ? [row] : [];
    const waited = before?.state === 'ordered' ? [before] : [];
    const [known] = [...waited, ...waits];
    if (known !== undefined) this.#rows.splice(this.#placeOf(known), waited.length, ...waits);
  }

  clear(): void {
    this.#rows.length = 0;
  }

  #placeOf(row: OrderedRow): number {
    let [from, to] = [0, this.#rows.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (byUrgency(this.#rows[middle] as OrderedRow, row) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
