/**
 * The ways Fanfare is spoken to, as data. A new dialect is a new row: the client has no branch for any of them.
 *
 * Reading an answer is not part of a row: success and failure come in so many documented shapes that one tolerant
 * reading (`answers.ts`) serves all.
 */
import { compact } from '../admission/compact.js';
import type { DistributionType } from '../admission/identity.js';
import type { Order } from '../admission/order.js';
import type { Question } from '../admission/verdict.js';
import { isoTime } from './timestamps.js';

/** Who we are to Fanfare. */
export interface Credentials {
  readonly organizationId: string;
  readonly secretKey: string;
}

/** What Fanfare is told about an order that used an admission. */
export interface CompletionReport {
  /** The same on every attempt for one admission. */
  readonly idempotencyKey: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  readonly order: Order;
  /** Milliseconds since the epoch. */
  readonly completedAt: number;
}

/** One call: a path below the base, in which `{id}` stands for the distribution id, and what its JSON body says. */
export interface Operation<Subject> {
  readonly path: string;
  readonly body: (subject: Subject) => Readonly<Record<string, unknown>>;
}

/** One way of speaking to Fanfare. */
export interface Dialect {
  /** Used when the merchant names no base of their own. */
  readonly baseUrl: string;
  readonly authenticate: (credentials: Credentials) => Readonly<Record<string, string>>;
  readonly validate: Readonly<Record<DistributionType, Operation<Question>>>;
  readonly complete: Readonly<Record<DistributionType, Operation<CompletionReport>>>;
}

function validateAt(path: string): Operation<Question> {
  return { path, body: ({ consumerId, token }) => ({ consumerId, token }) };
}

function completeAt(path: string): Operation<CompletionReport> {
  return { path, body: (report) => ({ consumerId: report.consumerId, metadata: metadataOf(report) }) };
}

/** The merchant's own metadata first: what we say about the order cannot be overwritten by it. */
function metadataOf({ order, completedAt }: CompletionReport): Readonly<Record<string, unknown>> {
  return {
    ...order.metadata,
    ...compact({ orderId: order.orderId, orderAmount: order.amount, currency: order.currency }),
    completedAt: isoTime(completedAt),
  };
}

/** All dialects by name. */
export const DIALECTS = Object.freeze({
  /**
   * One host for everything, as the vendor's platform guides show it. Their validation calls per type cover queue, draw
   * and auction; timed release has only the generic one.
   */
  gateway: {
    baseUrl: 'https://api.fanfare.io',
    authenticate: ({ organizationId, secretKey }) => ({
      'X-Organization-Id': organizationId,
      'X-Secret-Key': secretKey,
    }),
    validate: {
      queue: validateAt('/queues/{id}/validate'),
      draw: validateAt('/draws/{id}/validate'),
      auction: validateAt('/auctions/{id}/validate'),
      timed_release: {
        path: '/v1/admission/validate',
        body: ({ token, consumerId, distributionId, distributionType }) => ({
          token,
          consumerId,
          distributionId,
          distributionType,
        }),
      },
    },
    complete: {
      queue: completeAt('/queues/{id}/complete'),
      draw: completeAt('/draws/{id}/complete'),
      auction: completeAt('/auctions/{id}/complete'),
      timed_release: completeAt('/timed-releases/{id}/complete'),
    },
  },
} satisfies Record<string, Dialect>);

export type DialectName = keyof typeof DIALECTS;
