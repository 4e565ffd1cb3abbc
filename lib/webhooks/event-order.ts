/**
 * The newest event of each three ids: what comes late, and tells of an earlier time, is told apart. Kept as numbered marks,
 * since a note does not change: the first free number is taken by the one step that adds a note.
 */
import type { Triple } from '../admission/identity.js';
import type { Ledger } from '../ledger/ledger.js';
import { denialKey } from '../ledger/note.js';

const KEPT_MS = 14 * 24 * 60 * 60 * 1_000;
/** Some times are told in whole seconds. */
const SECOND_MS = 1_000;

type Marks = Pick<Ledger, 'addNote' | 'findNote'>;

/** `false`: an event of a later time came before. An event is not later than itself, so it may be worked again. */
export async function isNewest(ledger: Marks, triple: Triple, at: number, now: number): Promise<boolean> {
  const name = denialKey(triple);
  for (;;) {
    const { newest, free } = await marksOf(ledger, name);
    if (at <= newest) return at > newest - SECOND_MS;
    const mark = {
      kind: 'webhook_mark',
      key: keyOf(name, free),
      value: String(at),
      until: now + KEPT_MS,
    } as const;
    // Else another process took this number since, and its mark counts.
    if (await ledger.addNote(mark)) return true;
  }
}

async function marksOf(
  ledger: Marks,
  name: string,
): Promise<{ readonly newest: number; readonly free: number }> {
  let newest = -Infinity;
  for (let number = 0; ; number += 1) {
    const mark = await ledger.findNote('webhook_mark', keyOf(name, number));
    if (mark === undefined) return { newest, free: number };
    newest = Math.max(newest, Number(mark.value));
  }
}

function keyOf(name: string, number: number): string {
  return `${name}:${String(number)}`;
}
