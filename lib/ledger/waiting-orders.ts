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
    const waits = row.state === 'ordered' ? row : undefined;
    const waited = before?.state === 'ordered' ? before : undefined;
    if (waited !== undefined && waits !== undefined) this.#rows[this.#rows.indexOf(waited)] = waits;
    else if (waits !== undefined) this.#rows.splice(this.#placeOf(waits), 0, waits);
    else if (waited !== undefined) this.#leaveOut(this.#rows.indexOf(waited));
  }

  clear(): void {
    this.#rows.length = 0;
  }

  /** Closes the gap from the front, where most of them leave: from behind, all who wait would have to move. */
  #leaveOut(place: number): void {
    const rows = this.#rows;
    for (let at = place; at > 0; at -= 1) rows[at] = rows[at - 1] as OrderedRow;
    rows.shift();
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
