/** Spans around what an instance does: HTTP calls, orders written down, deliveries. */
import type { Attributes, Context, Span, SpanOptions } from '@opentelemetry/api';
import type { CallOutcome, ObservedCall, ObservedDelivery, ObservedOrder } from '../observer.js';
import type { DeliveryAnswer } from '../fanfare-api/answers.js';
import type { Api } from './api.js';
import { callErrorOf, deliveryErrorOf } from './error-type.js';
import { readTraceparent, traceparentOf, under } from './traceparent.js';

/** The ledger is the queue, and this its name. */
const DESTINATION = 'fanfare.completions';

export class Spans {
  readonly #api: typeof Api;

  constructor(api: typeof Api) {
    this.#api = api;
  }

  call(call: ObservedCall, run: () => Promise<CallOutcome>): void {
    const options = { kind: this.#api.SpanKind.CLIENT, attributes: httpAttributes(call) };
    this.#inside(`${call.method} ${call.template}`, options, run, (span, outcome) => {
      if ('status' in outcome) span.setAttribute('http.response.status_code', outcome.status);
      this.#fail(span, callErrorOf(outcome));
    });
  }

  recording(order: ObservedOrder, run: (traceparent?: string) => Promise<unknown>): void {
    const { PRODUCER } = this.#api.SpanKind;
    const options = { kind: PRODUCER, attributes: messagingAttributes('send', order) };
    this.#inside(`send ${DESTINATION}`, options, (span) => run(traceparentOf(this.#api, span.spanContext())));
  }

  /** Goes on with the trace of the request that made the order, however long ago and in whichever process. */
  delivery(delivery: ObservedDelivery, run: () => Promise<DeliveryAnswer>): void {
    const parent = readTraceparent(this.#api, delivery.traceparent);
    const options = {
      kind: this.#api.SpanKind.CONSUMER,
      attributes: messagingAttributes('process', delivery),
      ...(parent === undefined ? {} : { links: [{ context: parent }] }),
    };
    const end = (span: Span, answer: DeliveryAnswer): void => {
      this.#fail(span, deliveryErrorOf(answer));
    };
    this.#inside(`process ${DESTINATION}`, options, run, end, under(this.#api, parent));
  }

  #inside<T>(
    name: string,
    options: SpanOptions,
    run: (span: Span) => Promise<T>,
    end: (span: Span, outcome: T) => void = () => undefined,
    context: Context = this.#api.context.active(),
  ): void {
    this.#api.trace.getTracer('express-fanfare').startActiveSpan(name, options, context, (span) => {
      run(span).then(
        (outcome) => {
          end(span, outcome);
          span.end();
        },
        (error: unknown) => {
          this.#fail(span, codeOf(error));
          span.end();
        },
      );
    });
  }

  #fail(span: Span, errorType: string | undefined): void {
    if (errorType === undefined) return;
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
  }
}

function httpAttributes({ method, url, template }: ObservedCall): Attributes {
  const { hostname, port, protocol } = new URL(url);
  return {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    'url.full': url,
    'url.template': template,
  };
}

function messagingAttributes(operation: 'send' | 'process', order: ObservedOrder): Attributes {
  return {
    'messaging.system': 'express-fanfare',
    'messaging.destination.name': DESTINATION,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'fanfare.order.id': order.orderId,
    ...(order.admissionId === undefined ? {} : { 'messaging.message.id': order.admissionId }),
  };
}

function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : '_OTHER';
}
