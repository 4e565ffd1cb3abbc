/**
 * A receiver's durable inbox: an event is written down before it is answered, and worked after. Whoever finds one that is
 * not done works it: this process at once, or, when it died, any process with the same receiver.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { KEPT_MS } from '../completion/dead-events.js';
import { askLedger } from '../completion/ledger-watch.js';
import type { Backstage } from '../middleware/backstage.js';
import type { Mail, Worked } from './mail.js';
import type { WebhookEvent } from './webhook-events.js';
import { Worker } from './worker.js';

export interface Inbox<Work> {
  /**
   * Resolves when all are on record, to how many there are. Rejects with `LEDGER_UNAVAILABLE`, after which the sender has to
   * send them again: those that were written down by then are known.
   */
  accept(mails: Iterable<Mail<Work>>): Promise<number>;
  /** Works what was accepted, now. */
  nudge(): void;
}

export interface InboxParts<Work> {
  readonly backstage: Backstage;
  /** Names the receiver in all processes. */
  readonly receiver: string;
  /**
   * Must bear being called again for the same event, after a crash or a fault. A rejection is tried again later. `attempt`
   * counts from 1; a crash does not count.
   */
  readonly perform: (mail: Mail<Work>, attempt: number) => Promise<Worked>;
}

/** A draw's winners come in one request, and other requests are not to wait for all of them. */
const IN_A_TURN = 10;
const AWAY = 'The event could not be written down: the ledger cannot be asked. It has to be sent again.';

/** Works what others left at once; the ledger must not be closed before `close()` of the instance. */
export function createInbox<Work>(parts: InboxParts<Work>): Inbox<Work> {
  const { backstage, receiver } = parts;
  claimName(backstage, receiver);
  const worker = new Worker(parts);
  backstage.onClose(() => worker.stop());
  worker.start();
  const write = async (mail: Mail<Work>): Promise<void> => {
    const value = JSON.stringify({ receiver, ...mail });
    const until = backstage.clock.now() + KEPT_MS;
    const note = { kind: 'webhook', key: keyOf(receiver, mail.eventId), value, until } as const;
    const isNew = await askLedger(backstage, AWAY, (ledger) => ledger.addNote(note));
    if (isNew) backstage.emit(receivedEvent(receiver, mail.eventId));
  };
  return {
    async accept(mails) {
      let written = 0;
      for (const mail of mails) {
        await write(mail);
        written += 1;
        if (written % IN_A_TURN === 0) await nextTurn();
      }
      return written;
    },
    nudge() {
      worker.nudge();
    },
  };
}

/** A sender's id may hold what a note's key may not. */
function keyOf(receiver: string, eventId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([receiver, eventId]))
    .digest('base64url');
}

function receivedEvent(receiver: string, eventId: string): WebhookEvent {
  const message = `The ${receiver} receiver wrote an event down.`;
  return { type: 'webhook.received', level: 'info', message, receiver, eventId };
}

const taken = new WeakMap<Backstage, Set<string>>();

/** Two receivers of one name would take each other's events for their own. */
function claimName(backstage: Backstage, receiver: string): void {
  const names = taken.get(backstage) ?? new Set();
  taken.set(backstage, names);
  if (names.has(receiver)) {
    throw new TypeError(
      `There is a webhook receiver "${receiver}" already; give this one a "name" of its own`,
    );
  }
  names.add(receiver);
}
