import type { DistributionType } from '../../lib/admission/identity.js';
import { DIALECTS } from '../../lib/fanfare-api/dialects.js';
import type { CompletionReport } from '../../lib/fanfare-api/dialects.js';

const { gateway } = DIALECTS;
const question = (distributionType: DistributionType) => ({
  token: 'tok',
  consumerId: 'cons_1',
  distributionId: 'd_1',
  distributionType,
});
const report: CompletionReport = {
  idempotencyKey: 'key',
  consumerId: 'cons_1',
  distributionId: 'd_1',
  distributionType: 'queue',
  order: { orderId: 'order_1' },
  completedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
};

describe('the gateway dialect', () => {
  it.each([
    ['queue', '/queues/{id}/validate', '/queues/{id}/complete'],
    ['draw', '/draws/{id}/validate', '/draws/{id}/complete'],
    ['auction', '/auctions/{id}/validate', '/auctions/{id}/complete'],
    ['timed_release', '/v1/admission/validate', '/timed-releases/{id}/complete'],
  ] as const)('%s: %s and %s', (type, validate, complete) => {
    expect(gateway.validate[type].path).toBe(validate);
    expect(gateway.complete[type].path).toBe(complete);
  });

  it.each(['queue', 'draw', 'auction'] as const)('sends consumer and token for a %s', (type) => {
    expect(gateway.validate[type].body(question(type))).toEqual({ consumerId: 'cons_1', token: 'tok' });
  });

  it('sends all ids to the generic validation of a timed release', () => {
    expect(gateway.validate.timed_release.body(question('timed_release'))).toEqual({
      token: 'tok',
      consumerId: 'cons_1',
      distributionId: 'd_1',
      distributionType: 'timed_release',
    });
  });

  it('authenticates with two headers', () => {
    expect(gateway.authenticate({ organizationId: 'org_1', secretKey: 'sk_test_1' })).toEqual({
      'X-Organization-Id': 'org_1',
      'X-Secret-Key': 'sk_test_1',
    });
  });

  it('tells of the order in metadata, leaving out what is unknown', () => {
    expect(gateway.complete.queue.body(report)).toEqual({
      consumerId: 'cons_1',
      metadata: { orderId: 'order_1', completedAt: '2026-01-02T03:04:05.000Z' },
    });
  });

  it('lets the order itself win over the merchant’s metadata of the same name', () => {
    const order = {
      orderId: 'order_1',
      amount: '129.00',
      currency: 'EUR',
      metadata: { orderId: 'other', completedAt: 'never', orderAmount: '0', platform: 'shop' },
    };
    expect(gateway.complete.draw.body({ ...report, order })).toEqual({
      consumerId: 'cons_1',
      metadata: {
        orderId: 'order_1',
        orderAmount: '129.00',
        currency: 'EUR',
        completedAt: '2026-01-02T03:04:05.000Z',
        platform: 'shop',
      },
    });
  });
});
