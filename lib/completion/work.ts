/** What goes on behind the requests: recording orders, and the leader's work around them. Each part is loaded on need. */
import type { Clock } from '../clock.js';
import type { FanfareEvent, OnEvent } from '../events.js';
import type { FanfareClient } from '../fanfare-api/client.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Observer } from '../observer.js';
import { cancellationsOnCall, completionsOnCall } from './back-office.js';
import type { Cancellations } from './cancellations.js';
import type * as CompleteModule from './complete.js';
import type { Completer } from './complete.js';
import type { Completion } from './completion-view.js';
import type { Delivered } from './deliver-one.js';
import type { Delivery, DeliveryOptions } from './delivery.js';
import type { LatePaymentPolicy } from './late-payment.js';
import { createLeadership, type Leadership, type LedWork } from './leadership.js';
import type * as LedModule from './led.js';
import type { Led } from './led.js';
import { type LedgerWatch, watchLedger } from './ledger-watch.js';
import type { FindOrder } from './lookup.js';
import type { Completions } from './operate.js';
import type { Reconciler } from './reconcile.js';

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
  /** What else only the leader does; made at the start, and started with the lead. */
  readonly led: () => readonly LedWork[];
  readonly delivery: DeliveryOptions & {
    readonly mode: DeliveryMode;
    readonly overdueSeconds: number;
    readonly onOverdue?: OnOverdue;
  };
}

export interface Work {
  /** `warm()` loads what the first order would load. */
  readonly completer: Completer & { warm(): void };
  readonly reconciler: Pick<Reconciler, 'settle'>;
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
  const watch = watchLedger(parts);
  const opening = createOpening(parts, watch);
  let led: Led | undefined;
  const loadLed = (): Led => (led ??= ledModule().createLed(parts, watch, completer));
  const completer = completerOnNeed(parts, () => led?.delivery.nudge());
  const leadership = leadershipOf(parts, watch, loadLed, opening);
  return {
    completer,
    completions: completionsOnCall(parts),
    cancellations: cancellationsOnCall(parts),
    reconciler: { settle: async (row) => loadLed().reconciler.settle(row) },
    deliver: async (admissionId) => loadLed().onCall.deliver(admissionId),
    open: () => opening.open(),
    start() {
      // Now, not with the lead: a test runner forbids loading between its tests.
      loadLed();
      opening.start();
      leadership.start();
    },
    async stop() {
      await leadership.stop();
      await led?.onCall.ended();
    },
    get state() {
      if (leadership.state !== 'leading') return leadership.state;
      return parts.delivery.mode === 'manual' ? 'manual' : loadLed().delivery.state;
    },
  };
}

function completerOnNeed(parts: WorkParts, onRecorded: () => void): Work['completer'] {
  let made: Completer | undefined;
  const load = (): Completer => {
    const { orderGraceMs } = parts.settings;
    return (made ??= completeModule().createCompleter({ ...parts, onRecorded, orderGraceMs }));
  };
  return {
    complete: async (...given) => load().complete(...given),
    warm() {
      load();
    },
  };
}

/** What the rules know about the deliveries goes from leader to leader, whoever sends them. */
function leadershipOf(parts: WorkParts, ledger: LedgerWatch, led: () => Led, opening: LedWork): Leadership {
  const whenLeading: LedWork = {
    start: () => {
      led().start();
    },
    stop: () => led().stop(),
  };
  return createLeadership({
    ...parts,
    ledger,
    works: [whenLeading, opening],
    memo: () => led().delivery.memo(),
    recall: (memo) => {
      led().delivery.recall(memo);
    },
  });
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

/* eslint-disable @typescript-eslint/no-require-imports -- by the start and the first order, not at import */
function ledModule(): typeof LedModule {
  return require('./led.js') as typeof LedModule;
}

function completeModule(): typeof CompleteModule {
  return require('./complete.js') as typeof CompleteModule;
}
