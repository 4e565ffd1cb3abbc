/** Works the events that are on record and not done: each by one process at a time, again and again until it is done or given up. */
import type { LedgerWatch } from '../completion/ledger-watch.js';
import { watchLedger } from '../completion/ledger-watch.js';
import type { Repeating } from '../completion/repeat.js';
import { repeat } from '../completion/repeat.js';
import { retryAt } from '../completion/schedule.js';
import { within } from '../completion/time-limit.js';
import type { Note, NotePlace } from '../ledger/note.js';
import type { InboxParts, Mail } from './inbox.js';

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
    await this.#sweeps.stop();
    await Promise.all(this.#running);
  }

  async #sweep(): Promise<void> {
    const now = this.#now();
    for (const [key, until] of this.#notBefore) if (until <= now) this.#notBefore.delete(key);
    let after: NotePlace | undefined;
    do {
      const page = await this.#page(after);
      for (const note of page) this.#consider(note);
      after = page.length < PAGE ? undefined : page.at(-1);
    } while (after !== undefined && this.#running.size < AT_ONCE);
  }

  async #page(after: NotePlace | undefined): Promise<readonly Note[]> {
    return (await this.#ledger.ask((ledger) => ledger.openNotes('webhook', PAGE, after))) ?? [];
  }

  #consider(note: Note): void {
    if (this.#running.size >= AT_ONCE || this.#notBefore.has(note.key)) return;
    const { receiver, ...mail } = JSON.parse(note.value) as Mail<Work> & { readonly receiver: string };
    if (receiver !== this.#parts.receiver) return;
    this.#notBefore.set(note.key, this.#now() + HELD_MS);
    const running = this.#attempt(note, mail).then(() => {
      this.#running.delete(running);
      // There may have been no room for others.
      if (this.#running.size === AT_ONCE - 1) this.nudge();
    });
    this.#running.add(running);
  }

  async #attempt(note: Note, mail: Mail<Work>): Promise<void> {
    if (!(await this.#hold(note.key, note.uses, this.#now() + HELD_MS))) {
      this.#notBefore.set(note.key, this.#now() + SWEEP_MS);
      return;
    }
    const { perform, receiver, backstage } = this.#parts;
    try {
      await within(backstage.clock, LIMIT_MS, `The work of the ${receiver} receiver`, () => perform(mail));
    } catch (cause) {
      await this.#failed(note, mail, cause);
      return;
    }
    await this.#ledger.ask((ledger) => ledger.finishNote('webhook', note.key));
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

  async #failed({ key, uses }: Note, { eventId }: Mail<Work>, cause: unknown): Promise<void> {
    const { receiver, backstage } = this.#parts;
    const attempts = uses + 1;
    const told = { receiver, eventId, attempts, cause };
    if (attempts >= MOST_ATTEMPTS) {
      await this.#ledger.ask((ledger) => ledger.finishNote('webhook', key));
      const message = `An event of the ${receiver} receiver failed ${attempts} times and is given up.`;
      backstage.emit({ type: 'webhook.dead', level: 'error', message, ...told });
      return;
    }
    const nextAttemptAt = retryAt(attempts, this.#now(), backstage.random());
    await this.#hold(key, attempts, nextAttemptAt);
    await this.#ledger.ask((ledger) => ledger.useNote('webhook', key, MOST_ATTEMPTS));
    this.#notBefore.set(key, nextAttemptAt);
    const message = `An event of the ${receiver} receiver could not be worked; it is tried again.`;
    backstage.emit({ type: 'webhook.failed', level: 'warn', message, ...told, nextAttemptAt });
  }

  #now(): number {
    return this.#parts.backstage.clock.now();
  }
}
