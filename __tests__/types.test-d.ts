/** Must compile, and what is marked must not: a gate of `npm run types`, never run. */
import http from 'node:http';
import Database from 'better-sqlite3';
import connect from 'connect';
import express from 'express';
import {
  createFanfare,
  type Dialect,
  DIALECTS,
  FanfareError,
  type FanfareErrorCode,
  type FanfareEvent,
  memoryLedger,
} from '../lib/index.js';
import { offlineVerifier } from '../lib/jwks/index.js';
import { sqliteReservations } from '../lib/reservations/index.js';

const fanfare = createFanfare({ ledger: memoryLedger(), onEvent: hear });

// @ts-expect-error the ledger has no default
createFanfare({});
offlineVerifier({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: '' }, 'a PEM'], algorithms: ['EdDSA'] });
createFanfare({
  ledger: memoryLedger(),
  offlineVerifier: offlineVerifier({ jwksUrl: '', staleSeconds: 60 }),
});
createFanfare({ ledger: memoryLedger(), offlineVerifier: { verify: () => Promise.resolve('unknown') } });
// @ts-expect-error a shared secret proves nothing
offlineVerifier({ keys: 'a PEM', algorithms: ['HS256'] });
// @ts-expect-error keys from one place
offlineVerifier({ keys: 'a PEM', jwksUrl: '' });
// @ts-expect-error fixed keys grow no older
offlineVerifier({ keys: 'a PEM', refreshSeconds: 60 });
// @ts-expect-error a verdict is one of three words
createFanfare({ ledger: memoryLedger(), offlineVerifier: { verify: () => Promise.resolve('valid') } });
createFanfare({ ledger: memoryLedger(), doctor: ['CLOCK_DRIFT'] });
// @ts-expect-error the doctor knows no such code
createFanfare({ ledger: memoryLedger(), doctor: ['CLOCK'] });
// @ts-expect-error a misspelt option
createFanfare({ ledger: memoryLedger(), experienceURL: '/x' });
// @ts-expect-error there is no such type
fanfare.requireAdmission({ distributionTypes: ['raffle'] });
// @ts-expect-error a frame of anybody's is no list
createFanfare({ ledger: memoryLedger(), session: { embedded: { frameAncestors: '*' } } });
// @ts-expect-error the fields of a bank are a list
fanfare.acceptReturn({ fields: 'cres' });
const prize = { token: '', consumerId: '', distributionId: '', distributionType: 'draw' } as const;
// @ts-expect-error a winner link needs the page it leads to
void fanfare.createWinnerLink(prize, {});
// @ts-expect-error pages hold no claim
fanfare.requireAdmission({ leaseSeconds: 10 });
// @ts-expect-error money is a decimal string
void fanfare.completeAdmission({ id: 'a' }, { orderId: '1', amount: 129 });
// @ts-expect-error an order has an id
void fanfare.completeAdmission({ id: 'a' }, { amount: '129.00' });
// @ts-expect-error two of the three ids name nothing
void fanfare.completeAdmission({ consumerId: 'c', distributionId: 'd' }, { orderId: '1' });

void fanfare
  .completeAdmission({ id: 'a' }, { orderId: '1' }, { paidAt: 0 })
  .then(({ late, outcome }) => [late satisfies boolean, outcome satisfies 'honour' | 'refund']);
createFanfare({ ledger: memoryLedger(), latePayment: ({ paidAt }) => (paidAt > 0 ? 'refund' : 'honour') });
// @ts-expect-error there is no third way
createFanfare({ ledger: memoryLedger(), latePayment: () => 'ask' });
// @ts-expect-error an order is cancelled or refunded
void fanfare.recordCancellation('1', { kind: 'returned' });
sqliteReservations({
  database: new Database(':memory:'),
  ledger: memoryLedger(),
  stock: { table: 'stock', item: 'sku', quantity: 'available' },
});
const lamps = { table: 'stock', item: 'sku', quantity: 'available' };
const reservations = sqliteReservations({ file: 'x', fanfare, stock: lamps });
express().post('/', async ({ admission }) => {
  await reservations.hold(admission!, [{ item: 'lamp', quantity: 1 }]);
  // @ts-expect-error an order says what was ordered
  await reservations.convert(admission!, { orderId: '1' });
});
// @ts-expect-error reservations have to know the ledger
sqliteReservations({ file: 'x', stock: lamps });
// @ts-expect-error a Fanfare has a ledger
sqliteReservations({ file: 'x', stock: lamps, fanfare, ledger: memoryLedger() });

const ours: Dialect = { ...DIALECTS.consumer, name: 'ours', proofField: 'grant' };
createFanfare({ ledger: memoryLedger(), api: { dialect: ours, validate: ({ token }) => token === 'x' } });
// @ts-expect-error there is no such dialect
createFanfare({ ledger: memoryLedger(), api: { dialect: 'consumer-v2' } });
// @ts-expect-error a word is no answer
createFanfare({ ledger: memoryLedger(), api: { validate: () => 'yes' } });
// @ts-expect-error a completion says whether it was told
createFanfare({ ledger: memoryLedger(), api: { complete: () => undefined } });
// @ts-expect-error the built-in dialects do not change
DIALECTS.consumer.proofField = 'token';
// @ts-expect-error money is a decimal string
void fanfare.checkout.refund({ orderId: 'x', amount: 5 });
// @ts-expect-error a checkout is by token or by claim, never by nothing
void fanfare.checkout.create({ successUrl: 'https://a.example', cancelUrl: 'https://a.example' });

const app = express();
app.use(fanfare.attachAdmission(), fanfare.routes());
app.get(
  '/',
  fanfare.requireAdmission({ match: (admission) => admission.distributionType === 'queue' }),
  (req) => {
    const id: string | undefined = req.admission?.id;
    // @ts-expect-error the token is never on the request
    const token: unknown = req.admission?.token;
    // @ts-expect-error an admission does not change
    if (req.admission) req.admission.id = 'x';
    return [id, token];
  },
);
connect().use(fanfare.attachAdmission());
http.createServer((req, res) => {
  fanfare.claimAdmission({ leaseSeconds: 60, onPending: 'refuse' })(req, res, () => {
    const signal: AbortSignal | undefined = req.admission?.attempt?.signal;
    void fanfare.completeAdmission(req, { orderId: '1', amount: '129.00', currency: 'EUR' });
    return signal;
  });
});

export function exhaustiveCode(code: FanfareErrorCode): number {
  switch (code) {
    case 'ADMISSION_REQUIRED':
    case 'ADMISSION_INVALID':
    case 'ADMISSION_EXPIRED':
    case 'ADMISSION_MISMATCH':
    case 'DEVICE_MISMATCH':
    case 'ADMISSION_IN_USE':
    case 'ADMISSION_USED':
    case 'ADMISSION_AMBIGUOUS':
    case 'INVALID_ADMISSION_DATA':
    case 'TOO_MANY_ATTEMPTS':
    case 'FANFARE_UNAVAILABLE':
    case 'FANFARE_REFUSED':
    case 'NOT_IN_DIALECT':
    case 'CLAIM_LOST':
    case 'SOLD_OUT':
    case 'RESERVATION_MISSING':
    case 'LEDGER_UNAVAILABLE':
      return new FanfareError(code).status;
  }
}

function hear(event: FanfareEvent): void {
  if (event.type === 'completion.dead') {
    const reason: string = event.reason;
    console.log(reason);
  }
  // @ts-expect-error no event holds a token
  console.log(event.token);
  console.log(exhaustiveEvent(event));
}

export function exhaustiveEvent(event: FanfareEvent): string {
  switch (event.type) {
    case 'admission.attached':
    case 'admission.refused':
    case 'admission.unverified':
    case 'admission.unverified_confirmed':
    case 'admission.unverified_refused':
    case 'handoff.created':
    case 'winner_link.created':
    case 'winner_link.redeemed':
    case 'admission.claimed':
    case 'claim.superseded':
    case 'claim.deferred':
    case 'claim.pending':
    case 'claim.released':
    case 'claim.lost':
    case 'claim.unresolved':
    case 'completion.recorded':
    case 'completion.field_left_out':
    case 'completion.delivered':
    case 'completion.retry':
    case 'completion.overdue':
    case 'completion.dead':
    case 'completion.rescheduled':
    case 'completion.discarded':
    case 'deliveries.paused':
    case 'deliveries.resumed':
    case 'doctor.finding':
    case 'fanfare.unavailable':
    case 'fanfare.recovered':
    case 'fanfare.misconfigured':
    case 'keys.refreshed':
    case 'keys.unavailable':
    case 'clients.limited':
    case 'signature.refused':
    case 'signature.unchecked':
    case 'ledger.unavailable':
    case 'ledger.recovered':
    case 'ledger.purged':
    case 'ledger.unsafe':
    case 'mode.report_only':
    case 'order.lookup_failed':
    case 'order.cancelled':
    case 'order.refunded':
    case 'payment.late':
    case 'session.overflow':
    case 'reservation.held':
    case 'reservation.converted':
    case 'reservation.released':
    case 'reservation.expired':
    case 'reservation.sweep_failed':
    case 'reservation.difference':
    case 'webhook.received':
    case 'webhook.refused':
    case 'webhook.ignored':
    case 'webhook.failed':
    case 'webhook.dead':
    case 'webhook.order_refused':
    case 'payment.failed':
      return event.message;
  }
}

export function missingEvent(event: FanfareEvent): string | undefined {
  switch (event.type) {
    case 'completion.dead':
      return event.reason;
    default:
      // @ts-expect-error other events are left
      return never(event);
  }
}

function never(value: never): string {
  return value;
}
