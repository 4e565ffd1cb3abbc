/** Every documented call of a merchant's server: where, by whom, with what, and what comes back. */
import { answers, requests, type Schema } from './schemas.js';

export interface DocumentedOperation {
  /** Which generation or guide documents it. */
  readonly source: 'guides' | 'oldest' | 'generated' | 'newest';
  readonly path: RegExp;
  readonly by: 'headers' | 'bearer';
  readonly request: Schema;
  /** The body of a 200. */
  readonly answer: Schema;
}

type Line = readonly [DocumentedOperation['source'], RegExp, Schema, Schema];

const byHeaders: readonly Line[] = [
  ['guides', /^\/(queues|draws|auctions)\/[^/]+\/validate$/, requests.token, answers.boolean],
  ['guides', /^\/v1\/admission\/validate$/, requests.generic, answers.valid],
  [
    'guides',
    /^(\/v1)?\/(queues|draws|auctions|timed-releases)\/[^/]+\/complete$/,
    requests.completion,
    answers.anyObject,
  ],
  ['guides', /^\/auth\/external\/authorize$/, requests.external, answers.authorized],
];

const byBearer: readonly Line[] = [
  ['guides', /^\/api\/handoffs\/validate$/, requests.handoff, answers.anyObject],
  ['oldest', /^\/api\/v1\/queues\/[^/]+\/validate$/, requests.token, answers.boolean],
  ['oldest', /^\/api\/v1\/draws\/[^/]+\/validate$/, requests.consumer, answers.boolean],
  ['oldest', /^\/api\/v1\/queues\/[^/]+\/complete$/, requests.consumer, answers.completedQueue],
  ['oldest', /^\/api\/v1\/draws\/[^/]+\/complete$/, requests.consumer, answers.completedDraw],
  ['oldest', /^\/api\/v1\/(queues|draws)\/[^/]+\/deny$/, requests.denial, answers.unknown],
  ['oldest', /^\/api\/v1\/auth\/external\/authorize$/, requests.external, answers.authorizedBefore],
  ['generated', /^\/api\/(queues|draws)\/[^/]+\/validate$/, requests.grant, answers.boolean],
  ['generated', /^\/api\/queues\/[^/]+\/complete$/, requests.consumer, answers.queueState],
  ['generated', /^\/api\/draws\/[^/]+\/complete$/, requests.consumer, answers.drawState],
  ['generated', /^\/api\/queues\/[^/]+\/(admit)$/, requests.consumer, answers.queueState],
  ['generated', /^\/api\/queues\/[^/]+\/deny$/, requests.denial, answers.queueState],
  ['generated', /^\/api\/draws\/[^/]+\/deny$/, requests.denial, answers.drawState],
  ['generated', /^\/api\/auth\/external\/authorize$/, requests.external, answers.authorized],
  ['newest', /^\/api\/checkout$/, requests.checkoutByToken, answers.checkout],
  ['generated', /^\/api\/checkout$/, requests.checkoutByClaim, answers.checkoutBefore],
  ['newest', /^\/api\/payments\/cancellations$/, requests.cancellation, answers.accepted],
  ['newest', /^\/api\/payments\/refunds$/, requests.refund, answers.accepted],
];

export const operations: readonly DocumentedOperation[] = [
  ...byHeaders.map((line) => documented('headers', line)),
  ...byBearer.map((line) => documented('bearer', line)),
];

function documented(
  by: DocumentedOperation['by'],
  [source, path, request, answer]: Line,
): DocumentedOperation {
  return { source, path, by, request, answer };
}
