/** What the wings of this package (`express-fanfare/webhooks`) work with, behind the one object that a merchant hands them. */
import type { Cancellations } from '../completion/cancellations.js';
import type { CompletedAdmission } from '../completion/late-payment.js';
import type { LedgerParts } from '../completion/ledger-watch.js';
import type { Order } from '../admission/order.js';
import type { Keyring } from '../tokens/keyring.js';
import type { AdmissionReference, CompleteExtras } from './orders.js';

/** Parts of one instance. */
export interface Backstage extends LedgerParts {
  readonly organizationId: string;
  readonly keyring: Keyring;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Has `close()` wait for this, before the ledger is closed. */
  onClose(stop: () => Promise<void>): void;
}

/** A `Fanfare`, as far as a wing needs one. */
export interface OnStage extends Pick<Cancellations, 'recordCancellation'> {
  readonly backstage: Backstage;
  completeAdmission(
    reference: AdmissionReference,
    order: Order,
    extras?: CompleteExtras,
  ): Promise<CompletedAdmission>;
}
