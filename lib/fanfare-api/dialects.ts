/**
 * The ways Fanfare is documented to be spoken to, as data. The client has no branch for any of them: an operation that a
 * generation does not document is a cell that is not there.
 */
import { compact } from '../admission/compact.js';
import type { Body, CompletionReport, Credentials, Dialect } from './dialect.js';
import { isoTime } from './timestamps.js';

/** The dialects that come with the package; `docs/dialects.md` says what is known of each. */
export type DialectName = 'gateway' | 'consumer-v1' | 'consumer' | 'admission';

type Headers = Readonly<Record<string, string>>;

function byHeaders({ organizationId, secretKey }: Credentials): Headers {
  return { 'X-Organization-Id': organizationId, 'X-Secret-Key': secretKey };
}

/** The secret key as a bearer token. */
export function byBearer({ secretKey }: Pick<Credentials, 'secretKey'>): Headers {
  return { Authorization: `Bearer ${secretKey}` };
}

/** The merchant's own metadata first: what we say about the order cannot be overwritten by it. */
function orderMetadata({ order, completedAt }: CompletionReport): Body {
  const { orderId, amount: orderAmount, currency } = order;
  const named = compact({ orderId, orderAmount, currency, completedAt: isoTime(completedAt) });
  return order.metadata === undefined ? named : { ...order.metadata, ...named };
}

const GENERIC = { path: '/v1/admission/validate' };
const EXTERNAL = { path: '/auth/external/authorize' };
const QUEUE_AND_DRAW_COMPLETE = {
  queue: { path: '/queues/{id}/complete' },
  draw: { path: '/draws/{id}/complete' },
};
const QUEUE_AND_DRAW_DENY = { queue: { path: '/queues/{id}/deny' }, draw: { path: '/draws/{id}/deny' } };

/**
 * All dialects by name, frozen to the last cell. Spread one to change it:
 * `{ ...DIALECTS.consumer, name: 'ours', proofField: 'grant' }`.
 */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = deepFreeze({
  /** One host for everything, as the platform guides show it. They have no validation of their own for timed release. */
  gateway: {
    name: 'gateway',
    baseUrl: 'https://api.fanfare.io',
    authenticate: byHeaders,
    proofField: 'token',
    metadata: orderMetadata,
    validate: {
      queue: { path: '/queues/{id}/validate' },
      draw: { path: '/draws/{id}/validate' },
      auction: { path: '/auctions/{id}/validate' },
      timed_release: GENERIC,
    },
    complete: {
      ...QUEUE_AND_DRAW_COMPLETE,
      auction: { path: '/auctions/{id}/complete' },
      timed_release: { path: '/timed-releases/{id}/complete' },
    },
    authorizeExternal: EXTERNAL,
  },
  /** The hand-written API reference. Its draw validation sends no token, which proves nothing: no cell for it. */
  'consumer-v1': {
    name: 'consumer-v1',
    baseUrl: 'https://consumer.fanfare.io/api/v1',
    authenticate: byBearer,
    proofField: 'token',
    validate: { queue: { path: '/queues/{id}/validate' } },
    complete: QUEUE_AND_DRAW_COMPLETE,
    deny: QUEUE_AND_DRAW_DENY,
    authorizeExternal: EXTERNAL,
  },
  /** The generated API reference. Completing a timed release is the shopper's own call there: no cell for it. */
  consumer: {
    name: 'consumer',
    baseUrl: 'https://consumer.fanfare.io/api',
    authenticate: byBearer,
    proofField: 'admissionGrant',
    validate: { queue: { path: '/queues/{id}/validate' }, draw: { path: '/draws/{id}/validate' } },
    complete: QUEUE_AND_DRAW_COMPLETE,
    deny: QUEUE_AND_DRAW_DENY,
    authorizeExternal: EXTERNAL,
  },
  /** The generic validation for every type, as the guide to custom platforms shows it. */
  admission: {
    name: 'admission',
    baseUrl: 'https://api.fanfare.io',
    authenticate: byHeaders,
    proofField: 'token',
    metadata: orderMetadata,
    validate: { queue: GENERIC, draw: GENERIC, auction: GENERIC, timed_release: GENERIC },
    complete: {
      queue: { path: '/v1/queues/{id}/complete' },
      draw: { path: '/v1/draws/{id}/complete' },
      auction: { path: '/v1/auctions/{id}/complete' },
      timed_release: { path: '/v1/timed-releases/{id}/complete' },
    },
  },
});

/** Every dialect of an instance shares these objects: none of them may be changed in place. */
function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
