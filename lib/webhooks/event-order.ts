/**
 * The newest event of each three ids: what comes late, and tells of an earlier time, is told apart. Kept as numbered marks,
 * since a note does not change: the first free number is taken by the one step that adds a note.
 */
import type { Triple } from '../admission/identity.js';
import { KEPT_MS } from '../completion/dead-events.js';
import type { Ledger } from '../ledger/ledger.js';
import { denialKey } from '../ledger/note.js';

/** Some times are told in whole seconds. */
const SECOND_MS = 1_000;

type Marks = Pick<Ledger, 'addNote' | 'findNote'>;

/** An event, and when it happened. */
interface Timed extends Triple {
  readonly id: string;
  readonly at: number;
}

interface Mark {
  readonly at: number;
  readonly id: string;
}

/**
 * `false`: an event of a later time came before. One that was in its turn once stays so, whatever has come since: it is
 * worked again because its work failed or a process died, and is not to be lost for that.
 */
export async function isInTurn(ledger: Marks, event: Timed, now: number): Promise<boolean> {
  const { id, at } = event;
  const name = denialKey(event);
  for (;;) {
    const marks = await marksOf(ledger, name);
    if (marks.some((mark) => mark.id === id)) return true;
    const newest = Math.max(-Infinity, ...marks.map((mark) => mark.at));
    if (at <= newest - SECOND_MS) return false;
    const mark: Mark = { at, id };
    const note = {
      kind: 'webhook_mark',
      key: keyOf(name, marks.length),
      value: JSON.stringify(mark),
      until: now + KEPT_MS,
    } as const;
    // Else another process took this number since, and its mark counts.
    if (await ledger.addNote(note)) return true;
  }
}

async function marksOf(ledger: Marks, name: string): Promise<readonly Mark[]> {
  const marks: Mark[] = [];
  for (;;) {
    const note = await ledger.findNote('webhook_mark', keyOf(name, marks.length));
    if (note === undefined) return marks;
    marks.push(JSON.parse(note.value) as Mark);
  }
}

function keyOf(name: string, number: number): string {
  return `${name}:${String(number)}`;
}
