/** What the leader does, put together: telling Fanfare, settling attempts, and looking after the ledger. */
import { compact } from '../admission/compact.js';
import type { DueDelivery } from '../ledger/ledger.js';
import type { Completer } from './complete.js';
import { completionOf } from './completion-view.js';
import { type DeliveryOnCall, deliverOnCall } from './deliver-one.js';
import { createDelivery, type Delivery } from './delivery.js';
import { overdueEvent } from './delivery-events.js';
import type { LedWork } from './leadership.js';
import type { LedgerWatch } from './ledger-watch.js';
import { createReconciler, type Reconciler } from './reconcile.js';
import { createUpkeep } from './upkeep.js';
import type { WorkParts } from './work.js';

/** The whole is started and stopped with the lead; each part may also be asked by a process that does not lead. */
export interface Led extends LedWork {
  readonly delivery: Delivery;
  readonly onCall: DeliveryOnCall;
  readonly reconciler: Pick<Reconciler, 'settle'>;
}

/** Puts it together; it does nothing before it is asked to. */
export function createLed(parts: WorkParts, watch: LedgerWatch, completer: Completer): Led {
  const { ledger, clock, emit, findOrder, delivery: options } = parts;
  const delivery = createDelivery({ ...parts, options });
  const reconciler = createReconciler({ ledger, clock, emit, completer, ...compact({ findOrder }) });
  const said = { sayOverdue: overdueSayer(parts), sayPurged: purgedSayer(parts) };
  const upkeep = createUpkeep({ ledger: watch, clock, ...said, ...options });
  const deliveries = options.mode === 'manual' ? [] : [delivery];
  const works = [...deliveries, reconciler, upkeep, ...parts.led()];
  return {
    delivery,
    onCall: deliverOnCall(parts, delivery),
    reconciler,
    start() {
      for (const work of works) work.start();
    },
    async stop() {
      await Promise.all(works.map((work) => work.stop()));
    },
  };
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
