/**
 * The Checkout API. What the vendor's pages leave open is decided here: a key that comes again gets the same answer, a
 * checkout uses the admission up when it is made, and the claims of the older generation are not looked into.
 */
import { randomUUID } from 'node:crypto';
import { iso } from './admission-record.js';
import type { AdmissionRecord } from './admission-record.js';
import { malformed, ok, problem, Refusal } from './answers.js';
import type { Answer } from './answers.js';
import { BoundedMap } from './bounded-map.js';
import { isObject, ownValue, readFields } from './fields.js';
import { RULING_TEXTS, take } from './merchant-calls.js';
import { ruleOnToken } from './rulings.js';
import type { World } from './world.js';

const CHECKOUT_MS = 30 * 60_000;
const KEPT = 10_000;

/** What was made so far. */
export class Checkouts {
  readonly orders = new BoundedMap<string, true>(KEPT);
  readonly answers = new BoundedMap<string, Answer>(KEPT);
}

export function createCheckout(world: World, body: unknown): Answer {
  return isObject(body) && ownValue(body, 'checkoutClaim') !== undefined
    ? createByClaim(world, body)
    : createByToken(world, body);
}

/** The newest generation. */
function createByToken(world: World, body: unknown): Answer {
  const fields = readFields(body, {
    ...({ admissionToken: 'string', distributionId: 'uuid', productId: 'uuid', variantId: 'uuid' } as const),
    ...({ quantity: 'number', currencyCode: 'string', ...ADDRESSES } as const),
  });
  return once(world, fields.idempotencyKey, () => {
    const record = recordFor(world, fields.admissionToken, fields.distributionId);
    const opened = open(world);
    take(record, { metadata: { orderId: opened.orderId } }, world.now());
    return { ...opened, deadline: iso(record.expiresAt) };
  });
}

/** The generation before. */
function createByClaim(world: World, body: unknown): Answer {
  const fields = readFields(body, { checkoutClaim: 'string', mode: 'string', ...ADDRESSES });
  if (!['hosted', 'embedded'].includes(fields.mode)) {
    throw new Refusal(
      malformed([{ field: 'mode', expected: '"hosted" or "embedded"', received: 'another' }]),
    );
  }
  return once(world, fields.idempotencyKey, () => open(world));
}

export function cancelPayment(world: World, body: unknown): Answer {
  return accept(world, readFields(body, PAYMENT));
}

export function refundPayment(world: World, body: unknown): Answer {
  return accept(world, readFields(body, { ...PAYMENT, amount: 'decimal' }));
}

const ADDRESSES = { successUrl: 'string', cancelUrl: 'string', idempotencyKey: 'string' } as const;
const PAYMENT = { orderId: 'uuid', idempotencyKey: 'uuid', reason: 'string?' } as const;

function recordFor(world: World, token: string, distributionId: string): AdmissionRecord {
  const proof = world.book.prove(token);
  const asked = { ...(proof ?? UNKNOWN), distributionId };
  const ruling = ruleOnToken(asked, proof, world.now());
  if (proof && ruling === 'good') return proof.record;
  throw new Refusal(problem(403, RULING_TEXTS[ruling === 'good' ? 'unknown' : ruling]));
}

const UNKNOWN = { distributionType: 'queue', consumerId: '' } as const;

function open(world: World) {
  const orderId = randomUUID();
  world.checkouts.orders.set(orderId, true);
  return {
    orderId,
    paymentId: randomUUID(),
    checkoutUrl: `https://checkout.fanfare.example/pay/${orderId}`,
    expiresAt: iso(world.now() + CHECKOUT_MS),
  };
}

function accept(
  world: World,
  { orderId, idempotencyKey }: { readonly orderId: string; readonly idempotencyKey: string },
): Answer {
  return once(world, idempotencyKey, () => ({ success: world.checkouts.orders.has(orderId) }));
}

function once({ checkouts }: World, key: string, make: () => object): Answer {
  const known = checkouts.answers.get(key);
  if (known) return known;
  const answer = ok(make());
  checkouts.answers.set(key, answer);
  return answer;
}
