import { DISTRIBUTION_TYPES, type DistributionType } from '../../lib/admission/identity.js';
import { completionBody, denialBody, validationBody } from '../../lib/fanfare-api/bodies.js';
import type { CompletionReport, Dialect } from '../../lib/fanfare-api/dialect.js';
import { type DialectName, DIALECTS } from '../../lib/fanfare-api/dialects.js';

const ids = { consumerId: 'cons_1', distributionId: 'd_1' };
const report: CompletionReport = {
  ...ids,
  idempotencyKey: 'key',
  distributionType: 'queue',
  order: { orderId: 'order_1' },
  completedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
};

type Row = readonly [
  name: DialectName,
  type: DistributionType,
  validate: string | undefined,
  complete: string | undefined,
  deny: string | undefined,
];

const generic = '/v1/admission/validate';
const table: readonly Row[] = [
  ['gateway', 'queue', '/queues/{id}/validate', '/queues/{id}/complete', undefined],
  ['gateway', 'draw', '/draws/{id}/validate', '/draws/{id}/complete', undefined],
  ['gateway', 'auction', '/auctions/{id}/validate', '/auctions/{id}/complete', undefined],
  ['gateway', 'timed_release', generic, '/timed-releases/{id}/complete', undefined],
  ['gateway', 'appointment', undefined, undefined, undefined],
  ['consumer-v1', 'queue', '/queues/{id}/validate', '/queues/{id}/complete', '/queues/{id}/deny'],
  ['consumer-v1', 'draw', undefined, '/draws/{id}/complete', '/draws/{id}/deny'],
  ['consumer-v1', 'auction', undefined, undefined, undefined],
  ['consumer-v1', 'timed_release', undefined, undefined, undefined],
  ['consumer-v1', 'appointment', undefined, undefined, undefined],
  ['consumer', 'queue', '/queues/{id}/validate', '/queues/{id}/complete', '/queues/{id}/deny'],
  ['consumer', 'draw', '/draws/{id}/validate', '/draws/{id}/complete', '/draws/{id}/deny'],
  ['consumer', 'auction', undefined, undefined, undefined],
  ['consumer', 'timed_release', undefined, undefined, undefined],
  ['consumer', 'appointment', undefined, undefined, undefined],
  ['admission', 'queue', generic, '/v1/queues/{id}/complete', undefined],
  ['admission', 'draw', generic, '/v1/draws/{id}/complete', undefined],
  ['admission', 'auction', generic, '/v1/auctions/{id}/complete', undefined],
  ['admission', 'timed_release', generic, '/v1/timed-releases/{id}/complete', undefined],
  ['admission', 'appointment', undefined, undefined, undefined],
];

test.each(table)('%s, %s: validate %s, complete %s, deny %s', (name, type, validate, complete, deny) => {
  const dialect = DIALECTS[name];
  expect([dialect.validate[type]?.path, dialect.complete[type]?.path, dialect.deny?.[type]?.path]).toEqual([
    ...[validate, complete, deny],
  ]);
});

test('the table above has a row for every dialect and type', () => {
  expect(table.length).toBe(Object.keys(DIALECTS).length * DISTRIBUTION_TYPES.length);
});

test.each<[DialectName, string, Record<string, string>, string | undefined]>([
  [
    'gateway',
    'https://api.fanfare.io',
    { 'X-Organization-Id': 'org_1', 'X-Secret-Key': 'sk_1' },
    '/auth/external/authorize',
  ],
  [
    'consumer-v1',
    'https://consumer.fanfare.io/api/v1',
    { Authorization: 'Bearer sk_1' },
    '/auth/external/authorize',
  ],
  [
    'consumer',
    'https://consumer.fanfare.io/api',
    { Authorization: 'Bearer sk_1' },
    '/auth/external/authorize',
  ],
  [
    'admission',
    'https://api.fanfare.io',
    { 'X-Organization-Id': 'org_1', 'X-Secret-Key': 'sk_1' },
    undefined,
  ],
])('%s: base %s, headers %j, external login at %s', (name, baseUrl, headers, external) => {
  const dialect = DIALECTS[name];
  expect(dialect).toMatchObject({ name, baseUrl });
  expect(dialect.authenticate({ organizationId: 'org_1', secretKey: 'sk_1' })).toEqual(headers);
  expect(dialect.authorizeExternal?.path).toBe(external);
});

const everyValidation = Object.values(DIALECTS).flatMap((dialect) =>
  DISTRIBUTION_TYPES.filter((type) => dialect.validate[type] !== undefined).map(
    (type) => [dialect.name, type, dialect] as const,
  ),
);

test.each(everyValidation)('%s, %s: the request says who, what and with which proof', (_n, type, dialect) => {
  const operation = dialect.validate[type]!;
  const body = validationBody(dialect, operation, { ...ids, token: 'tok', distributionType: type });
  const inBody = operation.path.includes('{id}') ? {} : { distributionId: 'd_1', distributionType: type };
  expect(body).toEqual({ consumerId: 'cons_1', [dialect.proofField]: 'tok', ...inBody });
});

test.each<[DialectName, string]>([
  ['gateway', 'token'],
  ['consumer-v1', 'token'],
  ['consumer', 'admissionGrant'],
  ['admission', 'token'],
])('%s calls the proof %s', (name, proofField) => {
  expect(DIALECTS[name].proofField).toBe(proofField);
});

describe('a completion', () => {
  const bodyIn = (dialect: Dialect, told: CompletionReport = report) =>
    completionBody(dialect, dialect.complete.queue!, told);

  test.each(['gateway', 'admission'] as const)('%s: tells of the order in metadata', (name) => {
    expect(bodyIn(DIALECTS[name])).toEqual({
      consumerId: 'cons_1',
      metadata: { orderId: 'order_1', completedAt: '2026-01-02T03:04:05.000Z' },
    });
  });

  test.each(['consumer-v1', 'consumer'] as const)('%s: tells of the consumer alone', (name) => {
    expect(bodyIn(DIALECTS[name])).toEqual({ consumerId: 'cons_1' });
  });

  it('lets the order itself win over the merchant’s metadata of the same name', () => {
    const metadata = { orderId: 'other', completedAt: 'never', orderAmount: '0', platform: 'shop' };
    const order = { orderId: 'order_1', amount: '129.00', currency: 'EUR', metadata };
    expect(bodyIn(DIALECTS.gateway, { ...report, order })).toEqual({
      consumerId: 'cons_1',
      metadata: {
        ...{ orderId: 'order_1', orderAmount: '129.00', currency: 'EUR', platform: 'shop' },
        completedAt: '2026-01-02T03:04:05.000Z',
      },
    });
  });

  it('says in the body what a path without {id} does not', () => {
    const generic = { path: '/orders' };
    expect(completionBody(DIALECTS.consumer, generic, report)).toEqual({ ...ids, distributionType: 'queue' });
    expect(denialBody(generic, { ...report, reason: 'why' })).toMatchObject({ ...ids, reason: 'why' });
  });
});

describe('a dialect of one’s own', () => {
  it('is another one, spread and changed: every part takes effect', () => {
    const own: Dialect = {
      ...DIALECTS.gateway,
      proofField: 'grant',
      metadata: ({ order }) => ({ reference: order.orderId }),
    };
    const question = { ...ids, token: 'tok', distributionType: 'queue' } as const;
    expect(validationBody(own, own.validate.queue!, question)).toEqual({
      consumerId: 'cons_1',
      grant: 'tok',
    });
    expect(completionBody(own, own.complete.queue!, report)).toEqual({
      consumerId: 'cons_1',
      metadata: { reference: 'order_1' },
    });
  });

  it('cannot change the built-in ones', () => {
    expect(isFrozen(DIALECTS)).toBe(true);
  });

  function isFrozen(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return true;
    return Object.isFrozen(value) && Object.values(value).every(isFrozen);
  }
});
