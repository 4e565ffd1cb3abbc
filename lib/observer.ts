/** The port through which telemetry watches an instance at work, and the guard that keeps its faults away from orders. */
import type { DistributionType } from './admission/identity.js';
import type { Verdict } from './admission/verdict.js';
import type { Completions } from './completion/operate.js';
import { type FanfareEvent, safely } from './events.js';
import type { DeliveryAnswer } from './fanfare-api/answers.js';

/** One HTTP request to Fanfare. */
export interface ObservedCall {
  readonly method: 'POST';
  /** Holds a distribution's id, and never a token or a key. */
  readonly url: string;
  /** The path with `{id}` in place of the id: few different ones. */
  readonly template: string;
}

/** An answer of any kind, or why there was none. */
export type CallOutcome = { readonly status: number } | { readonly failed: string };

/** An order being written down, or Fanfare being told about it. */
export interface ObservedOrder {
  readonly orderId: string;
  /** Absent where only three ids are known yet. */
  readonly admissionId?: string;
}

export interface ObservedDelivery extends ObservedOrder {
  readonly admissionId: string;
  readonly distributionType: DistributionType;
  /** What `aroundRecording` handed over when the order was written down, perhaps in another process. */
  readonly traceparent?: string;
}

/**
 * What hears and times an instance's work; `openTelemetry()` from `express-fanfare/opentelemetry` makes one.
 *
 * An `around` has to call `run` at once, and once; what it runs inside of becomes its context. Its own faults are reported
 * as warnings of the process and change nothing.
 */
export interface Telemetry {
  /** Each event, after `onEvent`. */
  heard(event: FanfareEvent): void;
  aroundCall(call: ObservedCall, run: () => Promise<CallOutcome>): unknown;
  /** Around everything that one validation takes, a merchant's own `api.validate` included. */
  aroundValidation(distributionType: DistributionType, run: () => Promise<Verdict>): unknown;
  /** `traceparent` (W3C) is kept with the order, and given to whoever delivers it. */
  aroundRecording(order: ObservedOrder, run: (traceparent?: string) => Promise<unknown>): unknown;
  aroundDelivery(delivery: ObservedDelivery, run: () => Promise<DeliveryAnswer>): unknown;
  /** The ledger's completions, to be looked at now and then until the function that it returns is called. */
  watch(completions: Pick<Completions, 'list' | 'count'>, now: () => number): () => void;
}

/** Telemetry as the rooms use it: it never throws, and every `run` runs exactly once. */
export interface Observer {
  heard(event: FanfareEvent): void;
  call<T extends CallOutcome>(call: ObservedCall, run: () => Promise<T>): Promise<T>;
  validation(distributionType: DistributionType, run: () => Promise<Verdict>): Promise<Verdict>;
  recording<T>(order: ObservedOrder, run: (traceparent?: string) => Promise<T>): Promise<T>;
  delivery(delivery: ObservedDelivery, run: () => Promise<DeliveryAnswer>): Promise<DeliveryAnswer>;
  watch(completions: Pick<Completions, 'list' | 'count'>, now: () => number): void;
  close(): void;
}

/** Nobody watches. */
export const UNOBSERVED: Observer = Object.freeze({
  heard: () => undefined,
  call: <T>(_call: unknown, run: () => Promise<T>) => run(),
  validation: <T>(_type: unknown, run: () => Promise<T>) => run(),
  recording: <T>(_order: unknown, run: () => Promise<T>) => run(),
  delivery: <T>(_delivery: unknown, run: () => Promise<T>) => run(),
  watch: () => undefined,
  close: () => undefined,
});

/** Makes the guarded view of a merchant's telemetry. */
export function createObserver(telemetry: Telemetry | undefined): Observer {
  if (telemetry === undefined) return UNOBSERVED;
  let end: (() => void) | undefined;
  return {
    heard: (event) => {
      guarded(() => {
        telemetry.heard(event);
      });
    },
    call: (call, run) => around((once) => telemetry.aroundCall(call, once), run),
    validation: (type, run) => around((once) => telemetry.aroundValidation(type, once), run),
    recording: (order, run) => around((once) => telemetry.aroundRecording(order, once), run),
    delivery: (delivery, run) => around((once) => telemetry.aroundDelivery(delivery, once), run),
    watch: (completions, now) => {
      guarded(() => (end = telemetry.watch(completions, now)));
    },
    close: () => {
      guarded(() => end?.());
    },
  };
}

function guarded(work: () => unknown): void {
  safely('telemetry', work)(undefined);
}

function around<T>(
  wrap: (once: (traceparent?: string) => Promise<T>) => unknown,
  run: (traceparent?: string) => Promise<T>,
): Promise<T> {
  let running: Promise<T> | undefined;
  const once = (traceparent?: string): Promise<T> => (running ??= run(traceparent));
  guarded(() => wrap(once));
  return once();
}
