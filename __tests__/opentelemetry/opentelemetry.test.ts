/** The wing beside the real SDK: what a sale leaves behind in its exporters. */
import { context, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import Database from 'better-sqlite3';
import { createFanfare, DIALECTS, memoryLedger, type Telemetry } from '../../lib/index.js';
import { loadApi } from '../../lib/opentelemetry/api.js';
import { openTelemetry } from '../../lib/opentelemetry/index.js';
import { type MetricDefinition, METRICS } from '../../lib/opentelemetry/metrics.js';
import { sqliteReservations } from '../../lib/reservations/index.js';
import { temporaryFolder, removeFolder } from '../support/temporary-folder.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { closeStages, DROP, listen } from '../support/servers.js';
import { type Handler, openShop, SECRET, type Shop, until } from '../support/shop.js';
import { shopifyNoteAttributes, shopifyWebhook } from '../../lib/webhooks/index.js';
import { signedWebhook } from '../../lib/testing/index.js';
import { join } from 'node:path';
import { openTimedShop, type TimedShop } from '../support/timed-shop.js';

const spans = new InMemorySpanExporter();
const tracing = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
let points: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
let metering: MeterProvider;
let shop: Shop | TimedShop | undefined;

beforeEach(() => {
  tracing.register();
  points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
  metering = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(metering);
});

afterEach(async () => {
  await closeStages();
  await shop?.close();
  shop = undefined;
  await metering.shutdown();
  for (const api of [metrics, trace, context]) api.disable();
  spans.reset();
});

type Point = DataPoint<number | Histogram>;

/** What has been measured so far, by metric. */
async function measured(): Promise<ReadonlyMap<string, readonly Point[]>> {
  points.reset();
  await reader.forceFlush();
  const all = points.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  return new Map(
    all
      .flatMap(({ metrics: found }) => found)
      .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints as readonly Point[]]),
  );
}

function counted(found: ReadonlyMap<string, readonly Point[]>, name: string): [unknown, number][] {
  return (found.get(name) ?? []).map(({ attributes, value }) => [
    attributes,
    typeof value === 'number' ? value : value.count,
  ]);
}

/** Has no completion of its own, so that ours shows what would go out. */
const TOLD = { ...DIALECTS.gateway, name: 'told', complete: {} };
const finished = (): readonly ReadableSpan[] => spans.getFinishedSpans();
const named = (name: string): ReadableSpan | undefined => finished().find((span) => span.name === name);

const buy: Handler = async (req, res, fanfare) => {
  await trace.getTracer('shop').startActiveSpan('POST /checkout', async (span) => {
    await fanfare.completeAdmission(req, { orderId: 'order_1', amount: '1.00', metadata: { size: 'M' } });
    span.end();
  });
  res.end('ordered');
};

test('a trace goes on from the submit to the delivery', async () => {
  shop = await openShop({ options: { telemetry: openTelemetry() }, onSubmit: buy });
  await (await shop.admitted()).submit();
  await until(() => named('process fanfare.completions') !== undefined);
  const submit = named('POST /checkout')!;
  const send = named('send fanfare.completions')!;
  const process = named('process fanfare.completions')!;
  const call = named('POST /queues/{id}/complete')!;
  const admissionId = (await shop.fanfare.completions.list({ states: ['delivered'] }))[0]!.admissionId;
  expect(send).toMatchObject({
    kind: SpanKind.PRODUCER,
    parentSpanContext: { spanId: submit.spanContext().spanId },
    attributes: {
      'messaging.system': 'express-fanfare',
      'messaging.destination.name': 'fanfare.completions',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.message.id': admissionId,
      'fanfare.order.id': 'order_1',
    },
  });
  expect(process).toMatchObject({
    kind: SpanKind.CONSUMER,
    parentSpanContext: { spanId: send.spanContext().spanId, isRemote: true },
    links: [{ context: { spanId: send.spanContext().spanId } }],
    attributes: { 'messaging.operation.type': 'process', 'messaging.message.id': admissionId },
    status: { code: SpanStatusCode.UNSET },
  });
  expect(call).toMatchObject({
    kind: SpanKind.CLIENT,
    parentSpanContext: { spanId: process.spanContext().spanId },
    attributes: {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': expect.any(Number) as number,
      'url.template': '/queues/{id}/complete',
      'url.full': expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/queues\/queue_1\/complete$/) as string,
    },
  });
  const ids = [submit, send, process, call].map((span) => span.spanContext().traceId);
  expect(new Set(ids).size).toBe(1);
});

test('each order that a webhook tells of has a trace of its own, and its delivery goes on with that', async () => {
  shop = await openShop({ options: { telemetry: openTelemetry() }, onSubmit: buy });
  const { fanfare } = shop;
  const hook = shopifyWebhook(fanfare, { secrets: 'whsec_test' });
  const server = await listen((req, res) => {
    trace.getTracer('shop').startActiveSpan('POST /webhook', (span) => {
      res.once('close', () => {
        span.end();
      });
      hook(req, res);
    });
  });
  const told = ['one', 'two', 'three'];
  for (const [index, consumerId] of told.entries()) {
    const admission = { id: `a-${consumerId}`, ...DROP, consumerId };
    const { headers, body } = signedWebhook({
      ...{ secret: 'whsec_test', scheme: 'shopify', topic: 'orders/paid' },
      body: { id: index + 1, note_attributes: shopifyNoteAttributes(admission) },
    });
    await fetch(server, { method: 'POST', headers: { ...headers }, body });
  }
  const all = (name: string): readonly ReadableSpan[] => finished().filter((span) => span.name === name);
  await until(() => all('process fanfare.completions').length >= told.length);
  const traceOf = (span: ReadableSpan): string => span.spanContext().traceId;
  const requests = new Set(all('POST /webhook').map(traceOf));
  const sent = new Map(
    all('send fanfare.completions').map((span) => [span.attributes['fanfare.order.id'], traceOf(span)]),
  );
  expect([requests.size, new Set(sent.values()).size]).toEqual([3, 3]);
  for (const span of all('process fanfare.completions'))
    expect(traceOf(span)).toBe(sent.get(span.attributes['fanfare.order.id']));
  for (const traceId of sent.values()) expect(requests).not.toContain(traceId);
});

test('and over processes: whoever delivers finds the trace in the ledger, and Fanfare never sees it', async () => {
  const folder = temporaryFolder();
  const ledger = sqliteLedger({ file: join(folder, 'fanfare.sqlite') });
  const options = { telemetry: openTelemetry(), deliveries: 'manual' as const, ledger };
  const first = await openShop({ options, onSubmit: buy });
  await (await first.admitted()).submit();
  const [waiting] = await first.fanfare.completions.list();
  await first.fanfare.close();
  const another = sqliteLedger({ file: join(folder, 'fanfare.sqlite') });
  const bodies: unknown[] = [];
  shop = await openShop({
    options: {
      ...{ telemetry: openTelemetry(), deliveries: 'manual', ledger: another },
      api: { dialect: TOLD, complete: (report) => bodies.push(report) > 0 },
    },
    onSubmit: buy,
  });
  await trace.getTracer('shop').startActiveSpan('a job', async (span) => {
    await shop!.fanfare.deliver(waiting!.admissionId);
    span.end();
  });
  await until(() => named('process fanfare.completions') !== undefined);
  const send = named('send fanfare.completions')!.spanContext();
  expect(named('process fanfare.completions')!.spanContext().traceId).toBe(send.traceId);
  expect(bodies).toMatchObject([{ order: { orderId: 'order_1', amount: '1.00' } }]);
  expect((bodies[0] as { order: { metadata: unknown } }).order.metadata).toEqual({ size: 'M' });
  expect(JSON.stringify(bodies)).not.toContain('traceparent');
  await first.close();
  removeFolder(folder);
});

test('a validation is a client span, and its failure has a type', async () => {
  shop = await openShop({ options: { telemetry: openTelemetry() }, onSubmit: buy });
  await shop.admitted();
  expect(named('POST /queues/{id}/validate')).toMatchObject({ kind: SpanKind.CLIENT, status: { code: 0 } });
  spans.reset();
  shop.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
  const { token } = shop.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  await fetch(`${shop.origin}/checkout`, { headers: { 'X-Fanfare-Admission': token } });
  expect(named('POST /queues/{id}/validate')).toMatchObject({
    attributes: { 'http.response.status_code': 503, 'error.type': '503' },
    status: { code: SpanStatusCode.ERROR },
  });
  expect(JSON.stringify(finished().map(({ attributes }) => attributes))).not.toContain(token);
});

test('metrics of a sale, and nothing in them that tells who', async () => {
  const timed = await openTimedShop({ options: { telemetry: openTelemetry() }, onSubmit: buy });
  shop = timed;
  timed.emulator.faults.set({ on: 'complete', kind: 'status', status: 500 });
  const browser = await timed.admitted();
  await browser.submit();
  await fetch(`${timed.origin}/checkout`);
  await until(() => timed.said().includes('completion.retry'));
  await timed.clock.advance(500);
  const before = await measured();
  expect(counted(before, 'fanfare.completions.waiting')).toEqual([
    [{ 'fanfare.completion.state': 'ordered' }, 1],
    [{ 'fanfare.completion.state': 'dead' }, 0],
  ]);
  expect(counted(before, 'fanfare.completions.age')[0]![1]).toBeGreaterThanOrEqual(0.5);
  timed.emulator.faults.clear();
  await until(async () => {
    await timed.clock.advance(1_000);
    return timed.said().includes('completion.delivered');
  });
  const found = await measured();
  expect(counted(found, 'fanfare.admissions')).toEqual([[{}, 1]]);
  expect(counted(found, 'fanfare.claims')).toEqual([[{}, 1]]);
  expect(counted(found, 'fanfare.refusals')).toEqual([
    [{ 'fanfare.refusal.code': 'ADMISSION_REQUIRED', 'fanfare.refusal.enforced': true }, 1],
  ]);
  expect(counted(found, 'fanfare.orders')).toEqual([[{ 'fanfare.claim.standing': 'held' }, 1]]);
  expect(counted(found, 'fanfare.deliveries')).toContainEqual([
    { 'fanfare.delivery.outcome': 'delivered' },
    1,
  ]);
  expect(counted(found, 'fanfare.validation.duration')).toEqual([
    [{ 'fanfare.distribution.type': 'queue', 'fanfare.validation.answer': 'yes' }, 2],
  ]);
  expect(counted(found, 'fanfare.delivery.duration')).toContainEqual([
    { 'fanfare.distribution.type': 'queue', 'fanfare.delivery.answer': 'done' },
    1,
  ]);
  expect(counted(found, 'fanfare.completions.waiting')[0]![1]).toBe(0);
  const [delivered] = await timed.fanfare.completions.list({ states: ['delivered'] });
  const { admissionId, consumerId } = delivered!;
  const attributes = JSON.stringify([...found.values()].flat().map((point) => point.attributes));
  for (const id of [admissionId, consumerId, 'order_1']) expect(attributes).not.toContain(id);
});

test('what happens to stock counts as every event does', async () => {
  const { fanfare } = (shop = await openShop({ options: { telemetry: openTelemetry() }, onSubmit: buy }));
  const database = new Database(':memory:');
  database.exec(
    `CREATE TABLE stock (sku text PRIMARY KEY, available integer); INSERT INTO stock VALUES ('lamp', 9)`,
  );
  const stock = { table: 'stock', item: 'sku', quantity: 'available' };
  await sqliteReservations({ database, fanfare, stock }).hold({ id: 'a' }, [{ item: 'lamp', quantity: 1 }]);
  expect(counted(await measured(), 'fanfare.events')).toContainEqual([
    { 'fanfare.event.type': 'reservation.held', 'fanfare.event.level': 'info' },
    1,
  ]);
  database.close();
});

test('every metric and attribute is as defined, and few', async () => {
  const timed = await openTimedShop({ options: { telemetry: openTelemetry() }, onSubmit: buy });
  shop = timed;
  await (await timed.admitted()).submit();
  await until(() => timed.said().includes('completion.delivered'));
  const defined = new Map(Object.values<MetricDefinition>(METRICS).map((one) => [one.name, one]));
  for (const [name, found] of await measured()) {
    expect([...defined.keys()]).toContain(name);
    for (const { attributes } of found)
      expect(defined.get(name)!.attributes).toEqual(expect.arrayContaining(Object.keys(attributes)));
  }
  expect(Object.values<MetricDefinition>(METRICS).flatMap(({ attributes }) => attributes)).not.toContainEqual(
    expect.stringMatching(/\.id$|token|consumer/),
  );
});

test('without an SDK nothing happens, and nothing is kept', async () => {
  for (const api of [metrics, trace, context]) api.disable();
  shop = await openShop({ options: { telemetry: openTelemetry(), deliveries: 'manual' }, onSubmit: buy });
  await (await shop.admitted()).submit();
  const [row] = await shop.ledger.list({ states: ['ordered'], limit: 1 });
  expect(row).toMatchObject({ order: { orderId: 'order_1', metadata: { size: 'M' } } });
  expect(JSON.stringify(row)).not.toContain('traceparent');
});

test('telemetry that throws costs nobody an order', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const fault = (): never => {
    throw new Error('the collector is gone');
  };
  const telemetry: Telemetry = {
    ...{ heard: fault, aroundCall: fault, aroundValidation: fault, aroundRecording: fault },
    ...{ aroundDelivery: () => Promise.reject(new Error('later')), watch: fault },
  };
  shop = await openShop({ options: { telemetry }, onSubmit: buy });
  expect((await (await shop.admitted()).submit()).status).toBe(200);
  await until(async () => (await shop!.fanfare.completions.list({ states: ['delivered'] })).length === 1);
  for (const why of ['the collector is gone', 'later'])
    expect(warn).toHaveBeenCalledWith(`"telemetry" threw: Error: ${why}`, 'FanfareWarning');
  warn.mockRestore();
});

test('what is no telemetry is refused when the app starts', () => {
  const options = { organizationId: 'org_1', secretKey: 'sk_test_1', ledger: memoryLedger() };
  const session = { secrets: [SECRET] };
  expect(() => createFanfare({ ...options, session, telemetry: {} as Telemetry })).toThrow(
    /"telemetry" must be one, such as openTelemetry/,
  );
});

test('without @opentelemetry/api it says what to install', () => {
  const missing = Object.assign(() => {
    throw new Error('Cannot find module');
  }, require);
  expect(() => loadApi(missing)).toThrow(/npm install @opentelemetry\/api@1/);
});
