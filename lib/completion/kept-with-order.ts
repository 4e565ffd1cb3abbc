/**
 * What is kept with an order for ourselves: the trace of the request that made it, until Fanfare has heard of it, and the
 * event that told of it. It lies in the recorded metadata, which every engine keeps as it is, and leaves it before anything
 * goes to Fanfare. Pure.
 */
import { compact } from '../admission/compact.js';
import type { Order } from '../admission/order.js';

export interface Kept {
  readonly traceparent?: string;
  readonly eventId?: string;
}

const FIELDS = {
  traceparent: 'express-fanfare.traceparent',
  eventId: 'express-fanfare.event',
} as const satisfies Record<keyof Kept, string>;
const OURS: readonly string[] = Object.values(FIELDS);

/** The order as it is written down. */
export function withKept<T extends Order>(order: T, { traceparent, eventId }: Kept): T {
  const kept = compact({ [FIELDS.traceparent]: traceparent, [FIELDS.eventId]: eventId });
  return Object.keys(kept).length === 0 ? order : { ...order, metadata: { ...order.metadata, ...kept } };
}

/** What was written down, taken apart again. */
export function takeKept<T extends Order>(recorded: T): { readonly order: T; readonly kept: Kept } {
  const { metadata, ...rest } = recorded;
  if (metadata === undefined) return { order: recorded, kept: {} };
  const traceparent = textOf(metadata[FIELDS.traceparent]);
  const eventId = textOf(metadata[FIELDS.eventId]);
  const own = Object.entries(metadata).filter(([name]) => !OURS.includes(name));
  const left = own.length === 0 ? undefined : Object.fromEntries(own);
  return { order: { ...rest, ...compact({ metadata: left }) } as T, kept: compact({ traceparent, eventId }) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
