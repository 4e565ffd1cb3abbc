/**
 * The trace of the request that made an order, kept with it until Fanfare has heard of it. It lies in the recorded
 * metadata, which every engine keeps as it is, and leaves it before anything goes to Fanfare. Pure.
 */
import { compact } from '../admission/compact.js';
import type { Order } from '../admission/order.js';

const FIELD = 'express-fanfare.traceparent';

/** The order as it is written down. */
export function withTrace<T extends Order>(order: T, traceparent: string | undefined): T {
  if (traceparent === undefined) return order;
  return { ...order, metadata: { ...order.metadata, [FIELD]: traceparent } };
}

/** What was written down, taken apart again. */
export function takeTrace<T extends Order>(
  recorded: T,
): { readonly order: T; readonly traceparent?: string } {
  const { metadata, ...rest } = recorded;
  const traceparent = metadata?.[FIELD];
  if (typeof traceparent !== 'string') return { order: recorded };
  const own = Object.entries(metadata ?? {}).filter(([name]) => name !== FIELD);
  const left = own.length === 0 ? undefined : Object.fromEntries(own);
  return { order: { ...rest, ...compact({ metadata: left }) } as T, traceparent };
}
