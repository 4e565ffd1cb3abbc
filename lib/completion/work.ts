/** What goes on behind the requests, put together: recording orders, and the leader's work around them. */
import { compact } from '../admission/compact.js';
import type { Clock } from '../clock.js';
import type { FanfareEvent, OnEvent } from '../events.js';
import type { FanfareClient } from '../fanfare-api/client.js';
import type { DueDelivery, Ledger } from '../ledger/ledger.js';
import { type Cancellations, createCancellations } from './cancellations.js';
import type { Observer } from '../observer.js';
import { createCompleter, type Completer } from './complete.js';
import { type Completion, completionOf } from './completion-view.js';
import { type Delivered, deliverOnCall } from './deliver-one.js';
import { createDelivery, type Delivery, type DeliveryOptions } from './delivery.js';
import { overdueEvent } from './delivery-events.js';
import type { LatePaymentPolicy } from './late-payment.js';
import { createLeadership, type Leadership, type LedWork } from './leadership.js';
import { type LedgerWatch, watchLedger } from './ledger-watch.js';
import type { FindOrder } from './lookup.js';
import { type Completions, completionsOf } from './operate.js';
import { createReconciler, type Reconciler } from './reconcile.js';
import { createUpkeep } from './upkeep.js';

/** Whether completions are sent by this package's own loop, or only by `deliver`. */
export type DeliveryMode = 'automatic' | 'manual';

/** Hears of each order that Fanfare should have heard of long ago; must not throw. */
export type OnOverdue = (completion: Completion) => void;

export interface WorkParts {
  readonly ledger: Ledger;
  readonly client: Pick<FanfareClient, 'complete'>;
  readonly clock: Clock;
  /** Must not throw. */
  readonly emit: OnEvent;
  readonly random: () => number;
  /** Names this process. */
  readonly owner: string;
  readonly findOrder?: FindOrder;
  readonly observer?: Observer;
  readonly settings: { readonly orderGraceMs: number };
  readonly latePayment: LatePaymentPolicy;
  /** What else only the leader does. */
  readonly led: readonly LedWork[];
  readonly delivery: DeliveryOptions & {
    readonly mode: DeliveryMode;
    readonly overdueSeconds: number;
    readonly onOverdue?: OnOverdue;
  };
}

export interface Work {
  readonly completer: Completer;
  readonly reconciler: Reconciler;
  readonly completions: Completions;
  readonly cancellations: Cancellations;
  deliver(admissionId: string): Promise<Delivered>;
  /** Opens the ledger, and says once what its operator should know. */
  open(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** `standby`: another process on this ledger sends the completions. `manual`: only `deliver` does. */
  readonly state: Delivery['state'] | 'standby' | 'manual';
}

export function createWork(parts: WorkParts): Work {
  const { ledger, clock, emit, findOrder, delivery: options } = parts;
  const watch = watchLedger(parts);
  const delivery = createDelivery({ ...parts, options });
  const onRecorded = (): void => {
    delivery.nudge();
  };
  const completer = createCompleter({ ...parts, onRecorded, orderGraceMs: parts.settings.orderGraceMs });
  const reconciler = createReconciler({ ledger, clock, emit, completer, ...compact({ findOrder }) });
  const said = { sayOverdue: overdueSayer(parts), sayPurged: purgedSayer(parts) };
  const upkeep = createUpkeep({ ledger: watch, clock, ...said, ...options });
  const opening = createOpening(parts, watch);
  const onCall = deliverOnCall(parts, delivery);
  const leadership = leadershipOf(parts, watch, delivery, [opening, reconciler, upkeep, ...parts.led]);
  return {
    completer,
    reconciler,
    completions: completionsOf(parts),
    cancellations: createCancellations(parts),
    deliver: (admissionId) => onCall.deliver(admissionId),
    open: () => opening.open(),
    start() {
      opening.start();
      leadership.start();
    },
    async stop() {
      await leadership.stop();
      await onCall.ended();
    },
    get state() {
      if (leadership.state !== 'leading') return leadership.state;
      return options.mode === 'manual' ? 'manual' : delivery.state;
    },
  };
}

/** What the rules know about the deliveries goes from leader to leader, whoever sends them. */
function leadershipOf(
  parts: WorkParts,
  ledger: LedgerWatch,
  delivery: Delivery,
  works: readonly LedWork[],
): Leadership {
  return createLeadership({
    ...parts,
    ledger,
    works: parts.delivery.mode === 'manual' ? works : [delivery, ...works],
    memo: () => delivery.memo(),
    recall: (memo) => {
      delivery.recall(memo);
    },
  });
}

function overdueSayer({ emit, delivery: { onOverdue } }: WorkParts): (row: DueDelivery['row']) => void {
  return (row) => {
    emit(overdueEvent(row));
    onOverdue?.(completionOf(row));
  };
}

function purgedSayer({ emit, ledger: { engine } }: WorkParts): (rows: number) => void {
  return (rows) => {
    const message = `The ${engine} ledger deleted rows whose time was over (${rows}).`;
    emit({ type: 'ledger.purged', level: 'info', message, engine, rows });
  };
}

/** Led, so that a ledger which was away at the start is opened, and heard, once it is back. */
function createOpening({ ledger, emit }: WorkParts, watch: LedgerWatch): LedWork & Pick<Work, 'open'> {
  let said = false;
  const open = async (): Promise<void> => {
    const warnings = await ledger.open();
    if (said) return;
    said = true;
    for (const message of warnings) emit(unsafe(ledger.engine, message));
  };
  return {
    open,
    start: () => void watch.ask(open),
    stop: () => Promise.resolve(),
  };
}

function unsafe(engine: string, message: string): FanfareEvent {
  return { type: 'ledger.unsafe', level: 'warn', message, engine };
}
