/** Works the events that are on record and not done: each by one process at a time, again and again until it is done or given up. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bury } from '../completion/dead-events.js';
import type { LedgerWatch } from '../completion/ledger-watch.js';
import { watchLedger } from '../completion/ledger-watch.js';
import type { Repeating } from '../completion/repeat.js';
import { repeat } from '../completion/repeat.js';
import { retryAt } from '../completion/schedule.js';
import { within } from '../completion/time-limit.js';
import type { Note, NotePlace } from '../ledger/note.js';
import type { InboxParts } from './inbox.js';
import type { Mail, Worked } from './mail.js';

const SWEEP_MS = 15_000;
const LIMIT_MS = 60_000;
/** Nobody else works an event for so long after it was taken: longer than it may take. */
const HELD_MS = 2 * LIMIT_MS;
const AT_ONCE = 10;
const PAGE = 100;
/** The last one about three days after the first. */
const MOST_ATTEMPTS = 12;

export class Worker<Work> {
  readonly #parts: InboxParts<Work>;
  readonly #ledger: LedgerWatch;
  readonly #sweeps: Repeating;
  readonly #running = new Set<Promise<void>>();
  /** Notes that are not to be tried before a time, as far as this process knows. */
  readonly #notBefore = new Map<string, number>();
  /** What the latest sweep found and nobody has begun yet: a backlog is read page by page, not once for each event. */
  #waiting: Note[] = [];
  #mayBeMore = false;
  #stopped = false;

  constructor(parts: InboxParts<Work>) {
    this.#parts = parts;
    this.#ledger = watchLedger(parts.backstage);
    this.#sweeps = repeat(parts.backstage.clock, SWEEP_MS, () => this.#sweep());
  }

  start(): void {
    this.#sweeps.start();
  }

  /** Looks now for what is to be done, not at the next sweep. */
  nudge(): void {
    this.#sweeps.now();
  }

  /** Takes up nothing further; resolves when what is running has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#sweeps.stop();
    await Promise.all(this.#running);
  }

  /** Reads from the oldest on until there is enough to do: what has been read before may be done by now. */
  async #sweep(): Promise<void> {
    const now = this.#now();
    for (const [key, until] of this.#notBefore) if (until <= now) this.#notBefore.delete(key);
    this.#waiting = [];
    let after: NotePlace | undefined;
    do {
      const page = await this.#page(after);
      this.#waiting.push(...page.filter((note) => this.#isDue(note)));
      this.#begin();
      after = page.length < PAGE ? undefined : page.at(-1);
      // An engine that answers at once would hold up every request behind it.
      await nextTurn();
    } while (after !== undefined && this.#waiting.length === 0);
    this.#mayBeMore = after !== undefined;
  }

  async #page(after: NotePlace | undefined): Promise<readonly Note[]> {
    return (await this.#ledger.ask((ledger) => ledger.openNotes('webhook', PAGE, after))) ?? [];
  }

  #isDue({ key, value }: Note): boolean {
    if (this.#notBefore.has(key)) return false;
    return (JSON.parse(value) as { readonly receiver: string }).receiver === this.#parts.receiver;
  }

  #begin(): void {
    while (!this.#stopped && this.#running.size < AT_ONCE) {
      const note = this.#waiting.shift();
      if (note === undefined) return;
      this.#notBefore.set(note.key, this.#now() + HELD_MS);
      const running = this.#attempt(note).then(() => {
        this.#running.delete(running);
        this.#begin();
        this.#readOn();
      });
      this.#running.add(running);
    }
  }

  #readOn(): void {
    if (!this.#mayBeMore || this.#waiting.length > 0) return;
    this.#mayBeMore = false;
    this.nudge();
  }

  async #attempt(note: Note): Promise<void> {
    await nextTurn();
    if (!(await this.#hold(note.key, note.uses, this.#now() + HELD_MS))) {
      this.#notBefore.set(note.key, this.#now() + SWEEP_MS);
      return;
    }
    const { perform, receiver, backstage } = this.#parts;
    const mail = JSON.parse(note.value) as Mail<Work>;
    let worked: Worked;
    try {
      worked = await within(backstage.clock, LIMIT_MS, `The work of the ${receiver} receiver`, () =>
        perform(mail, note.uses + 1),
      );
    } catch (cause) {
      await this.#failed(note, mail, cause);
      return;
    }
    if (worked === 'later') await this.#putOff(note);
    else await this.#ledger.ask((ledger) => ledger.finishNote('webhook', note.key));
  }

  /**
   * Takes an attempt, which is numbered by those that have failed: of two processes one gets it, and when that one dies, the
   * hold lapses. Written ahead for the next number, it is what that has to wait for.
   */
  async #hold(key: string, attempt: number, until: number): Promise<boolean> {
    const note = {
      kind: 'webhook_hold',
      key: `${key}:${attempt}`,
      value: this.#parts.receiver,
      until,
    } as const;
    return (await this.#ledger.ask((ledger) => ledger.addNote(note))) === true;
  }

  async #failed(note: Note, { eventId }: Mail<Work>, cause: unknown): Promise<void> {
    const { receiver, backstage } = this.#parts;
    const attempts = note.uses + 1;
    const told = { receiver, eventId, attempts, cause };
    if (attempts >= MOST_ATTEMPTS) {
      // Where the ledger is away, it stays open and is tried once more.
      if (!(await this.#ledger.ask((ledger) => bury(ledger, note, cause, this.#now())))) return;
      const message = `An event of the ${receiver} receiver failed ${attempts} times and is given up; it is kept for you.`;
      backstage.emit({ type: 'webhook.dead', level: 'error', message, ...told });
      return;
    }
    const nextAttemptAt = await this.#putOff(note);
    const message = `An event of the ${receiver} receiver could not be worked; it is tried again.`;
    backstage.emit({ type: 'webhook.failed', level: 'warn', message, ...told, nextAttemptAt });
  }

  /** Resolves to when it is tried again. */
  async #putOff({ key, uses }: Note): Promise<number> {
    const attempts = uses + 1;
    const nextAttemptAt = retryAt(attempts, this.#now(), this.#parts.backstage.random());
    await this.#hold(key, attempts, nextAttemptAt);
    await this.#ledger.ask((ledger) => ledger.useNote('webhook', key, MOST_ATTEMPTS));
    this.#notBefore.set(key, nextAttemptAt);
    const wait = nextAttemptAt - this.#now();
    if (wait < SWEEP_MS) {
      this.#parts.backstage.clock.after(wait, () => {
        this.nudge();
      });
    }
    return nextAttemptAt;
  }

  #now(): number {
    return this.#parts.backstage.clock.now();
  }
}
