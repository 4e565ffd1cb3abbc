/** What a handler calls before and after its order: assert, defer, complete, release. */
import { isId } from '../admission/identity.js';
import type { Order } from '../admission/order.js';
import { parseTime } from '../admission/expiry.js';
import type { Completer } from '../completion/complete.js';
import type { CompletedAdmission } from '../completion/late-payment.js';
import { readTarget } from '../completion/target.js';
import { FanfareError } from '../errors.js';
import type { CompletionTarget } from '../ledger/ledger.js';
import type { Row } from '../ledger/row.js';
import type { Admission, RequestAdmission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import type { Triple } from '../admission/identity.js';
import { isShortText } from '../admission/short-text.js';
import { assertClaim, withoutClaim } from './assert-claim.js';
import { attemptEvent } from './attempt-events.js';
import type { Context } from './context.js';
import type { Request } from './http.js';
import type { RequestStates } from './request-state.js';
import { createReturnUrl } from './return-url.js';
import { RunningAttempt } from './running-attempt.js';
import { sidHashOf } from './sessions.js';

/** Which admission is meant: a request that holds it, the admission, its id alone, or the three ids of a webhook. */
export type AdmissionReference = Request | Admission | { readonly id: string } | Triple;

export interface CompleteExtras {
  /** The merchant's open transaction, where the ledger's engine can write in it. */
  readonly transaction?: unknown;
  /**
   * When the payment ended, as a webhook tells it: a date in ISO 8601, or seconds or milliseconds since the epoch; default
   * now. Decides whether it was late; one that cannot be read counts as not known.
   */
  readonly paidAt?: string | number;
  /**
   * The id of the event that tells of the order, such as a webhook's; kept with it, and never sent to Fanfare. When the same
   * event comes again, because what follows from an order failed halfway, `isNew` is true again; when another event tells of
   * the same order, it is false.
   */
  readonly eventId?: string;
}

/** The calls, for one instance. */
export class Orders {
  readonly #context: Context;
  readonly #states: RequestStates;
  readonly #completer: Completer;

  constructor(context: Context, states: RequestStates, completer: Completer) {
    this.#context = context;
    this.#states = states;
    this.#completer = completer;
  }

  assertClaim(req: Request): Promise<void> {
    return assertClaim(this.#context, this.#states, req);
  }

  createReturnUrl(req: Request, path: string): string {
    return createReturnUrl(this.#context, this.#states, req, path);
  }

  async deferAdmission(req: Request, { reference }: { readonly reference: string }): Promise<void> {
    if (!isShortText(reference)) {
      throw new TypeError(
        '"reference" must be a text of 1 to 255 characters, none of them control characters',
      );
    }
    const { attempt } = this.#states.of(req);
    if (attempt === undefined) throw withoutClaim('deferAdmission');
    if (!(await this.#context.ledger.defer(attempt.holder, reference))) throw new FanfareError('CLAIM_LOST');
    this.#context.emit(attemptEvent('claim.deferred', attempt.holder.admissionId, attempt.attempt.number));
  }

  async completeAdmission(
    reference: AdmissionReference,
    order: Order,
    extras: CompleteExtras = {},
  ): Promise<CompletedAdmission> {
    const running = this.#runningFor(reference);
    // From here on an order exists: whatever goes wrong now, nothing may give the claim back.
    running?.completing(extras.transaction !== undefined);
    const completed = await this.#completer.complete(this.#target(reference), order, {
      now: this.#context.clock.now(),
      ...compact({ attemptId: this.#attemptIdOf(reference), transaction: extras.transaction }),
      ...compact({ paidAt: parseTime(extras.paidAt), eventId: extras.eventId }),
    });
    // A merchant's transaction may still roll back, and then the claim is all there is.
    if (extras.transaction === undefined) running?.recorded();
    return completed;
  }

  async releaseAdmission(reference: AdmissionReference): Promise<boolean> {
    const id = isRequest(reference) ? this.#admissionOf(reference).id : idOf(reference);
    const attemptId = this.#attemptIdOf(reference);
    const running = RunningAttempt.holding(this.#context, id);
    if (running !== undefined && running.attempt.id === attemptId) return running.release();
    if (attemptId !== undefined) return this.#releaseOpen(id, (row) => row.attempt.id === attemptId);
    if (!isRequest(reference)) return this.#releaseOpen(id, () => true);
    const own = this.#states.of(reference).sessions.find(({ session }) => session.admission.id === id);
    return own !== undefined && this.#releaseOpen(id, (row) => row.sidHash === sidHashOf(own.session));
  }

  /** Gives back an attempt whose handler has ended; one that still runs ends by its own answer. */
  async #releaseOpen(id: string, isMeant: (row: WaitingRow) => boolean): Promise<boolean> {
    const row = await this.#context.ledger.find(id);
    if (row === undefined || !isWaiting(row) || !isMeant(row)) return false;
    const holder = { admissionId: id, attemptId: row.attempt.id };
    // What has lapsed may be heard of again meanwhile; what waits for a payment never runs again.
    const since = row.state === 'unresolved' ? { unresolvedSince: row.since } : {};
    const released = await this.#context.ledger.settle(holder, { to: 'free', ...since });
    if (released) {
      const message = "An attempt was given back at the merchant's word.";
      this.#context.emit({
        type: 'claim.released',
        level: 'info',
        message,
        admissionId: id,
        attempt: row.attempt.number,
      });
    }
    return released;
  }

  /** An order for an admission concerns the handler that holds it, whoever records it. */
  #runningFor(reference: AdmissionReference): RunningAttempt | undefined {
    if (isRequest(reference)) {
      const { attempt } = this.#states.of(reference);
      if (attempt !== undefined) return attempt;
    }
    const named: unknown = isRequest(reference) ? reference.admission : reference;
    return hasId(named) ? RunningAttempt.holding(this.#context, named.id) : undefined;
  }

  /** The attempt that speaks; nobody in particular where only ids are given. */
  #attemptIdOf(reference: AdmissionReference): string | undefined {
    if (isRequest(reference)) return this.#attemptIdOfRequest(reference);
    const { attempt } = reference as Partial<RequestAdmission>;
    return attempt?.id;
  }

  #attemptIdOfRequest(req: Request): string | undefined {
    const { attempt, returned } = this.#states.of(req);
    if (attempt !== undefined) return attempt.attempt.id;
    // A guard behind `acceptReturn` may have picked another admission since.
    const isMeant = returned?.admissionId === this.#admissionOf(req).id;
    return isMeant ? returned.attemptId : undefined;
  }

  #target(reference: AdmissionReference): CompletionTarget {
    return readTarget(
      isRequest(reference) ? this.#admissionOf(reference) : reference,
      this.#context.settings.organizationId,
    );
  }

  /** The admission of the request; its id alone where a shopper came back from the bank without their session. */
  #admissionOf(req: Request): Admission | { readonly id: string } {
    const { returned } = this.#states.of(req);
    if (req.admission !== undefined) return req.admission;
    if (returned !== undefined) return { id: returned.admissionId };
    throw new FanfareError('ADMISSION_REQUIRED', {
      message:
        'This request holds no admission: did a guard run before? Webhooks name the admission by its id.',
    });
  }
}

type WaitingRow = Extract<Row, { readonly state: 'pending' | 'unresolved' }>;

function isWaiting(row: Row): row is WaitingRow {
  return row.state === 'pending' || row.state === 'unresolved';
}

function isRequest(reference: AdmissionReference): reference is Request {
  return typeof reference === 'object' && (reference as Request | null) !== null && 'headers' in reference;
}

function hasId(reference: unknown): reference is { readonly id: string } {
  return typeof reference === 'object' && reference !== null && 'id' in reference && isId(reference.id);
}

function idOf(reference: Exclude<AdmissionReference, Request>): string {
  if (hasId(reference)) return reference.id;
  throw new FanfareError('INVALID_ADMISSION_DATA', { message: '"id" must be an admission id' });
}
