/** Orders that were cancelled or refunded: written down, and said. The admission stays used, and Fanfare is not told. */
import { createHash } from 'node:crypto';
import { compact } from '../admission/compact.js';
import { FanfareError } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerParts } from './ledger-watch.js';
import { askLedger } from './ledger-watch.js';
import { isShortText } from '../admission/short-text.js';

/** What became of an order that is on record. */
export interface OrderCancellation {
  /** `cancelled`: the order does not stand any more. `refunded`: money went back, all or a part of it. */
  readonly kind: 'cancelled' | 'refunded';
  /** Its own id, where one order can be refunded several times; 1 to 255 characters. */
  readonly reference?: string;
  /** For whoever reads it; 1 to 255 characters. */
  readonly reason?: string;
}

export interface RecordedCancellation extends OrderCancellation {
  readonly orderId: string;
  /** Milliseconds since the epoch. */
  readonly recordedAt: number;
}

export interface Cancellations {
  /**
   * Writes down, for 400 days, that an order was cancelled or refunded, and says `order.cancelled` or `order.refunded`. The
   * admission stays used: whoever bought has to take part again. Nothing is sent to Fanfare, which documents no call for
   * the orders of a shop's own checkout; for its own checkout there is `fanfare.checkout`. Resolves to whether it was news:
   * the same kind and reference again is a no-op. Rejects with `INVALID_ADMISSION_DATA` or `LEDGER_UNAVAILABLE`.
   */
  recordCancellation(orderId: string, cancellation: OrderCancellation): Promise<boolean>;
  /** What was recorded of an order, the earliest first. Rejects as the other. */
  cancellationsOf(orderId: string): Promise<readonly RecordedCancellation[]>;
}

/** As long as the ledger keeps the order itself. */
const KEPT_MS = 400 * 24 * 60 * 60 * 1_000;
const MOST_OF_AN_ORDER = 100;
const AWAY = 'The cancellation could not be recorded or read: the ledger cannot be asked. Call again.';

export function createCancellations(parts: LedgerParts): Cancellations {
  return {
    async recordCancellation(orderId, cancellation) {
      const read = readCancellation(orderId, cancellation);
      const outcome = await askLedger(parts, AWAY, (ledger) =>
        record(ledger, read, parts.clock.now() + KEPT_MS),
      );
      if (outcome === 'full') throw invalid(`An order can have at most ${MOST_OF_AN_ORDER} of them`);
      if (outcome === 'new') say(parts, read);
      return outcome === 'new';
    },
    async cancellationsOf(orderId) {
      readText('orderId', orderId);
      return askLedger(parts, AWAY, (ledger) => recorded(ledger, orderId));
    },
  };
}

/**
 * Takes the first free number of the order. Two that meet at one number look again: only one of them is written there, and
 * the other finds it.
 */
async function record(
  ledger: Ledger,
  cancellation: Omit<RecordedCancellation, 'recordedAt'>,
  until: number,
): Promise<'new' | 'known' | 'full'> {
  const { orderId, kind, reference } = cancellation;
  for (;;) {
    const before = await recorded(ledger, orderId);
    if (before.some((one) => one.kind === kind && one.reference === reference)) return 'known';
    if (before.length >= MOST_OF_AN_ORDER) return 'full';
    const note = { kind: 'cancelled', value: JSON.stringify(cancellation), until } as const;
    if (await ledger.addNote({ ...note, key: keyOf(orderId, before.length) })) return 'new';
  }
}

async function recorded(ledger: Ledger, orderId: string): Promise<readonly RecordedCancellation[]> {
  const found: RecordedCancellation[] = [];
  for (;;) {
    const note = await ledger.findNote('cancelled', keyOf(orderId, found.length));
    if (note === undefined) return found;
    const cancellation = JSON.parse(note.value) as Omit<RecordedCancellation, 'recordedAt'>;
    found.push({ ...cancellation, recordedAt: note.createdAt });
  }
}

/** An order's id may hold what a note's key may not. */
function keyOf(orderId: string, number: number): string {
  return `${createHash('sha256').update(orderId).digest('base64url')}:${number}`;
}

function readCancellation(
  orderId: string,
  cancellation: OrderCancellation,
): Omit<RecordedCancellation, 'recordedAt'> {
  const { kind, reference, reason } = (cancellation as Partial<OrderCancellation> | undefined) ?? {};
  if (kind !== 'cancelled' && kind !== 'refunded') throw invalid(`"kind" must be 'cancelled' or 'refunded'`);
  readText('orderId', orderId);
  if (reference !== undefined) readText('reference', reference);
  if (reason !== undefined) readText('reason', reason);
  return compact({ orderId, kind, reference, reason });
}

function readText(name: string, value: unknown): void {
  if (isShortText(value)) return;
  throw invalid(`"${name}" must be a text of 1 to 255 characters, none of them control characters`);
}

function invalid(message: string): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message });
}

function say(
  { emit }: LedgerParts,
  { orderId, kind, reference }: Pick<RecordedCancellation, 'orderId' | 'kind' | 'reference'>,
): void {
  const message = `Order ${orderId} was ${kind}; its admission stays used, and Fanfare is not told.`;
  emit({ type: `order.${kind}`, level: 'info', message, ...compact({ orderId, reference }) });
}
