/** Waits until Fanfare has heard of an order, and says what it has heard when it has not. */
import { AssertionError } from 'node:assert';
import type { AdmissionView } from '../emulator/admission-record.js';
import type { Emulator } from '../emulator/create-emulator.js';

const LOOK_EVERY_MS = 10;
const MOST_NAMED = 5;

/** An order by its id, or the one of a consumer. */
export type SoughtOrder = string | { readonly consumerId: string };

/** The admission that the order used. Rejects with an `AssertionError` after `withinMs`. */
export async function completed(
  emulator: Emulator,
  sought: SoughtOrder,
  withinMs: number,
): Promise<AdmissionView> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const admission = emulator.admissions().find((each) => isSought(each, sought));
    if (admission !== undefined) return admission;
    if (performance.now() >= endsAt) throw notCompleted(emulator, sought, withinMs);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function isSought({ completion, consumerId }: AdmissionView, sought: SoughtOrder): boolean {
  if (typeof sought === 'string') return completion.orderId === sought;
  return consumerId === sought.consumerId && completion.effects > 0;
}

function notCompleted(emulator: Emulator, sought: SoughtOrder, withinMs: number): AssertionError {
  const heard = emulator.admissions().flatMap(({ completion }) => completion.orderId ?? []);
  const message = [
    `Fanfare has not heard of ${nameOf(sought)} within ${withinMs} ms.`,
    heard.length === 0 ? 'It has heard of no order.' : `It has heard of ${named(heard)}.`,
    callsSentence(emulator),
  ].join(' ');
  return new AssertionError({
    message,
    actual: heard,
    expected: nameOf(sought),
    operator: 'expectCompleted',
  });
}

function nameOf(sought: SoughtOrder): string {
  return typeof sought === 'string' ? `order "${sought}"` : `an order of consumer "${sought.consumerId}"`;
}

function callsSentence(emulator: Emulator): string {
  const calls = emulator.requests().filter(({ kind }) => kind === 'complete');
  const last = calls.at(-1);
  if (last === undefined) return 'No completion was sent: does the handler call completeAdmission?';
  const met = last.fault === undefined ? '' : ` by the fault "${last.fault}"`;
  const answered = last.status === undefined ? 'had no answer' : `was answered ${last.status}`;
  const are = calls.length === 1 ? '1 completion was' : `${calls.length} completions were`;
  return `${are} sent, the last ${answered}${met}.`;
}

function named(orders: readonly string[]): string {
  const first = orders.slice(-MOST_NAMED).map((id) => `"${id}"`);
  return orders.length > first.length
    ? `${orders.length} others, the last ${first.join(', ')}`
    : first.join(', ');
}
