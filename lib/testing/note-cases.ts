/** Cases: what the ledger remembers beside its rows, and what it forgets. */
import assert from 'node:assert/strict';
import type { NewNote, Note, NoteKind } from '../ledger/note.js';
import type { Bench, Cases } from './bench.js';
import { ADMISSION, HOUR_MS } from './bench.js';

const CROWD = 50;
const KEY = 'evt_1.a:b-C';

// By name, so that the compiler misses a kind that is added to the port and not here.
const WRITTEN: Readonly<Record<NewNote['kind'], true>> = {
  handoff: true,
  winner: true,
  webhook: true,
  unverified: true,
  cancelled: true,
  webhook_hold: true,
  webhook_mark: true,
  webhook_dead: true,
};

function note(bench: Bench, changes: Partial<NewNote> = {}): NewNote {
  return { kind: 'winner', key: KEY, value: 'text', until: bench.clock.now() + HOUR_MS, ...changes };
}

async function added(bench: Bench, changes: Partial<NewNote> = {}): Promise<void> {
  assert.equal(await bench.ledger.addNote(note(bench, changes)), true);
}

async function openKeys(bench: Bench, kind: NoteKind = 'winner', limit = 100): Promise<string[]> {
  return (await bench.ledger.openNotes(kind, limit)).map(({ key }) => key);
}

async function crowd<Answer>(ask: (number: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: CROWD }, (_, number) => ask(number)));
}

export const noteCases: Cases = {
  'a note is found as it was written': async (bench) => {
    const value = JSON.stringify({ text: 'ü "quoted" \\ 🎺', list: [] });
    await added(bench, { value });
    const expected: Note = {
      ...note(bench, { value }),
      uses: 0,
      done: false,
      createdAt: bench.clock.now(),
    };
    assert.deepEqual(await bench.ledger.findNote('winner', KEY), expected);
    assert.deepEqual(await bench.ledger.openNotes('winner', 10), [expected]);
  },
  'what nobody wrote is not there': async (bench) => {
    const { ledger } = bench;
    assert.equal(await ledger.findNote('winner', KEY), undefined);
    assert.equal(await ledger.useNote('winner', KEY, 1), undefined);
    assert.equal(await ledger.finishNote('winner', KEY), false);
    assert.deepEqual(await ledger.openNotes('winner', 10), []);
  },
  'a name is taken once in its kind, and stays as it was': async (bench) => {
    await added(bench, { value: 'first' });
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.addNote(note(bench, { value: 'second' })), false);
    await added(bench, { kind: 'webhook', value: 'third' });
    assert.equal((await bench.ledger.findNote('winner', KEY))?.value, 'first');
    assert.equal((await bench.ledger.findNote('webhook', KEY))?.value, 'third');
  },
  'fifty at once: one is the first': async (bench) => {
    const told = await crowd((number) => bench.ledger.addNote(note(bench, { value: `${number}` })));
    assert.equal(told.filter(Boolean).length, 1);
    assert.equal((await bench.ledger.findNote('winner', KEY))?.value, String(told.indexOf(true)));
  },
  'a long value is kept whole': async (bench) => {
    const value = 'x'.repeat(16_384);
    await added(bench, { key: 'k'.repeat(128), value });
    assert.equal((await bench.ledger.findNote('winner', 'k'.repeat(128)))?.value, value);
  },
  'past its time a note is gone, and its name free': async (bench) => {
    await added(bench, { value: 'old' });
    await bench.clock.advance(HOUR_MS - 1);
    assert.equal((await bench.ledger.findNote('winner', KEY))?.value, 'old');
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.findNote('winner', KEY), undefined);
    assert.equal(await bench.ledger.useNote('winner', KEY, 1), undefined);
    assert.equal(await bench.ledger.finishNote('winner', KEY), false);
    assert.deepEqual(await openKeys(bench), []);
    await added(bench, { value: 'new' });
    const { value, uses, createdAt } = (await bench.ledger.findNote('winner', KEY)) ?? {};
    assert.deepEqual({ value, uses, createdAt }, { value: 'new', uses: 0, createdAt: bench.clock.now() });
    assert.deepEqual(await openKeys(bench), [KEY]);
  },
  'use counts, up to the limit': async (bench) => {
    await added(bench);
    assert.equal((await bench.ledger.useNote('winner', KEY, 2))?.uses, 1);
    assert.equal((await bench.ledger.useNote('winner', KEY, 2))?.uses, 2);
    assert.equal(await bench.ledger.useNote('winner', KEY, 2), undefined);
    assert.equal((await bench.ledger.findNote('winner', KEY))?.uses, 2);
    const { value, uses } = (await bench.ledger.useNote('winner', KEY, 3)) ?? {};
    assert.deepEqual({ value, uses }, { value: 'text', uses: 3 });
  },
  'fifty uses at once: never more than the limit': async (bench) => {
    await added(bench);
    const used = await crowd(() => bench.ledger.useNote('winner', KEY, 5));
    const counts = used.flatMap((one) => (one === undefined ? [] : [one.uses]));
    assert.deepEqual(counts.sort(), [1, 2, 3, 4, 5]);
    assert.equal((await bench.ledger.findNote('winner', KEY))?.uses, 5);
  },
  'done: empty and of no use, but its name stays taken': async (bench) => {
    await added(bench);
    await bench.ledger.useNote('winner', KEY, 9);
    assert.equal(await bench.ledger.finishNote('winner', KEY), true);
    assert.equal(await bench.ledger.finishNote('winner', KEY), false);
    const { value, done, uses } = (await bench.ledger.findNote('winner', KEY)) ?? {};
    assert.deepEqual({ value, done, uses }, { value: '', done: true, uses: 1 });
    assert.equal(await bench.ledger.useNote('winner', KEY, 9), undefined);
    assert.equal(await bench.ledger.addNote(note(bench)), false);
    assert.deepEqual(await openKeys(bench), []);
  },
  'done with a last word, which is kept': async (bench) => {
    await added(bench);
    assert.equal(await bench.ledger.finishNote('winner', KEY, 'yes'), true);
    assert.equal(await bench.ledger.finishNote('winner', KEY, 'no'), false);
    assert.equal((await bench.ledger.findNote('winner', KEY))?.value, 'yes');
  },
  'fifty finish at once: one has done it': async (bench) => {
    await added(bench);
    const told = await crowd(() => bench.ledger.finishNote('winner', KEY));
    assert.equal(told.filter(Boolean).length, 1);
  },
  'open notes: of one kind, the oldest first, so many': async (bench) => {
    await added(bench, { key: 'b' });
    await added(bench, { key: 'a' });
    await added(bench, { key: 'C' });
    await added(bench, { key: 'x', kind: 'webhook' });
    await bench.clock.advance(1);
    await added(bench, { key: '0' });
    assert.deepEqual(await openKeys(bench), ['C', 'a', 'b', '0']);
    assert.deepEqual(await openKeys(bench, 'winner', 2), ['C', 'a']);
    assert.deepEqual(await openKeys(bench, 'winner', 0), []);
    assert.deepEqual(await openKeys(bench, 'winner', -1), []);
    assert.deepEqual(await openKeys(bench, 'webhook'), ['x']);
  },
  'open notes can be walked through, whatever happens to them meanwhile': async (bench) => {
    for (const key of ['a', 'b', 'c']) await added(bench, { key });
    await bench.clock.advance(5);
    for (const key of ['B', 'd']) await added(bench, { key });
    const seen: string[] = [];
    for (let page = await bench.ledger.openNotes('winner', 2); page.length > 0;) {
      seen.push(...page.map(({ key }) => key));
      const last = page.at(-1)!;
      await bench.ledger.finishNote('winner', last.key);
      page = await bench.ledger.openNotes('winner', 2, last);
    }
    assert.deepEqual(seen, ['a', 'b', 'c', 'B', 'd']);
  },
  'a walk meets none twice, though they stay open': async (bench) => {
    for (const key of ['a', 'b', 'c']) await added(bench, { key });
    const seen: string[] = [];
    for (let page = await bench.ledger.openNotes('winner', 1); page.length > 0 && seen.length < 9;) {
      seen.push(...page.map(({ key }) => key));
      page = await bench.ledger.openNotes('winner', 1, page.at(-1));
    }
    assert.deepEqual(seen, ['a', 'b', 'c']);
  },
  'with a most, no more than that are open': async (bench) => {
    const { ledger } = bench;
    assert.equal(await ledger.addNote(note(bench, { key: 'a' }), 2), true);
    await added(bench, { key: 'other', kind: 'webhook' });
    assert.equal(await ledger.addNote(note(bench, { key: 'b', until: bench.clock.now() + 10 }), 2), true);
    assert.equal(await ledger.addNote(note(bench, { key: 'c' }), 2), false);
    assert.equal(await ledger.findNote('winner', 'c'), undefined);
    await ledger.finishNote('winner', 'a');
    assert.equal(await ledger.addNote(note(bench, { key: 'c' }), 2), true);
    assert.equal(await ledger.addNote(note(bench, { key: 'd' }), 2), false);
    await bench.clock.advance(10);
    assert.equal(await ledger.addNote(note(bench, { key: 'd' }), 2), true);
    assert.equal(await ledger.addNote(note(bench, { key: 'e' }), 2), false);
    await added(bench, { key: 'e' });
  },
  'fifty different ones at once with a most: so many, and no more': async (bench) => {
    const told = await crowd((number) => bench.ledger.addNote(note(bench, { key: `k${number}` }), 7));
    assert.equal(told.filter(Boolean).length, 7);
    assert.equal((await openKeys(bench)).length, 7);
  },
  'purge: past notes go, open or done, and the others stay': async (bench) => {
    for (const key of ['a', 'b', 'c']) await added(bench, { key, until: bench.clock.now() + 10 });
    await added(bench, { key: 'stays' });
    await bench.ledger.finishNote('winner', 'a');
    await bench.clock.advance(9);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.purge(), 3);
    assert.equal(await bench.ledger.purge(), 0);
    assert.deepEqual(await openKeys(bench), ['stays']);
  },
  'purge: past notes of every kind go, and their names are free': async (bench) => {
    const kinds = Object.keys(WRITTEN) as NewNote['kind'][];
    const until = bench.clock.now() + 10;
    for (const kind of kinds) await added(bench, { kind, until });
    await bench.ledger.deny(ADMISSION, { deniedAt: 1, until });
    await bench.clock.advance(10);
    assert.equal(await bench.ledger.purge(), kinds.length + 1);
    assert.equal(await bench.ledger.purge(), 0);
    for (const kind of kinds) await added(bench, { kind });
  },
  'a note whose name was taken anew is kept for its own time': async (bench) => {
    await added(bench, { until: bench.clock.now() + 10 });
    await bench.clock.advance(10);
    await added(bench);
    await bench.clock.advance(10);
    assert.equal(await bench.ledger.purge(), 0);
    assert.deepEqual(await openKeys(bench), [KEY]);
  },
};
