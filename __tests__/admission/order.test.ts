import fc from 'fast-check';
import { type Order, readOrder } from '../../lib/admission/order.js';
import { FanfareError } from '../../lib/errors.js';

function read(fields: Readonly<Record<string, unknown>>) {
  return readOrder({ orderId: 'order_1', ...fields });
}

/** An object with lists in it, one in the other. */
function nested(levels: number): unknown {
  return JSON.parse(`{"a":null,"b":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`);
}

test('a whole order is read as it is, the currency in capitals', () => {
  expect(read({ amount: '129.00', currency: 'eur', metadata: { size: 41 } })).toEqual({
    order: { orderId: 'order_1', amount: '129.00', currency: 'EUR', metadata: { size: 41 } },
    leftOut: [],
  });
});

test.each(['0', '129', '129.5', '999999999999.99999999'])('%j is an amount', (amount) => {
  expect(read({ amount })).toEqual({ order: { orderId: 'order_1', amount }, leftOut: [] });
});

test('metadata of 4,096 bytes as text is kept, and not of one more', () => {
  const bytes = (count: number) => ({ x: 'é'.repeat((count - 8) / 2) });
  expect(read({ metadata: bytes(4_096) })).toMatchObject({ order: { metadata: bytes(4_096) }, leftOut: [] });
  expect(read({ metadata: { ...bytes(4_096), '': '' } }).leftOut).toEqual(['metadata']);
  expect(read({ metadata: { x: `${bytes(4_096).x}x` } }).leftOut).toEqual(['metadata']);
});

test('metadata of 100 levels is kept, and not of one more', () => {
  const hundred = nested(100);
  expect(read({ metadata: hundred })).toMatchObject({ order: { metadata: hundred }, leftOut: [] });
  expect(read({ metadata: nested(101) }).leftOut).toEqual(['metadata']);
  expect(read({ metadata: nested(2_000) }).leftOut).toEqual(['metadata']);
});

test('what is not there is not missed', () => {
  expect(read({ amount: undefined })).toEqual({ order: { orderId: 'order_1' }, leftOut: [] });
});

describe('the order id', () => {
  test.each(['1', 'x'.repeat(255), 'Bestellung #7 / é', ' ', '\u{1F9E6}'.repeat(255)])(
    '%j is one',
    (orderId) => {
      expect(read({ orderId }).order.orderId).toBe(orderId);
    },
  );

  // PostgreSQL keeps no half of a letter, and orders are the same everywhere.
  const halves = ['a\ud83e', '\udde6a', '\ud83ea'];
  test.each([
    ...halves,
    undefined,
    null,
    '',
    'x'.repeat(256),
    'a\nb',
    'a\u0000',
    '\u007f',
    7,
    {},
    ['order_1'],
  ])('%p is none, and the message does not repeat it', (orderId) => {
    expect(() => read({ orderId })).toThrow(FanfareError);
    expect(() => read({ orderId })).toThrow(
      expect.objectContaining({ code: 'INVALID_ADMISSION_DATA', status: 400 }) as Error,
    );
    expect(() => read({ orderId })).not.toThrow(/xxx|a\nb/);
  });

  test.each([undefined, null, 'order_1', 7])('%p instead of an order', (order) => {
    expect(() => readOrder(order as unknown as Order)).toThrow('"orderId"');
  });
});

describe('an order that exists is recorded, whatever else is wrong with it', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;

  test.each<readonly ['amount' | 'currency' | 'metadata', unknown]>([
    ['amount', 129],
    ['amount', '129,00'],
    ['amount', '-1'],
    ['amount', '1e3'],
    ['amount', ''],
    ['amount', '1.123456789'],
    ['amount', '1234567890123'],
    ['amount', '1.0\n'],
    ['currency', 'EURO'],
    ['currency', '€'],
    ['currency', 978],
    ['metadata', 'text'],
    ['metadata', ['list']],
    ['metadata', null],
    ['metadata', cycle],
    ['metadata', { big: 10n }],
    ['metadata', { long: 'x'.repeat(4_096) }],
    ['metadata', { toJSON: () => undefined }],
    ['metadata', { toJSON: () => 'text' }],
    ['metadata', new Date(0)],
  ])('%s %p is left out and named', (name, value) => {
    expect(read({ [name]: value })).toEqual({ order: { orderId: 'order_1' }, leftOut: [name] });
  });

  test('any fields at all', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(anything, anything, anything, (amount, currency, metadata) => {
        const { order } = read({ amount, currency, metadata });
        expect(order.orderId).toBe('order_1');
        expect(JSON.stringify(order).length).toBeLessThan(5_000);
      }),
    );
  });
});
