/** A trace as one line of text that outlives the process: the `traceparent` of W3C Trace Context, version 00. */
import type { Context, SpanContext } from '@opentelemetry/api';
import type { Api } from './api.js';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** `undefined` for a span that no SDK records. */
export function traceparentOf(api: typeof Api, context: SpanContext): string | undefined {
  if (!api.isSpanContextValid(context)) return undefined;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Inverse of the above; `undefined` for anything else. */
export function readTraceparent(api: typeof Api, text: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(text ?? '') ?? [];
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return api.isSpanContextValid(context) ? context : undefined;
}

/** The context of work that began elsewhere: what happens to be active around it is not its parent. */
export function under(api: typeof Api, parent: SpanContext | undefined): Context {
  return parent === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent);
}
