/** A shop on `node:http`, without `@types/express`: `req.admission` has its type from this package alone. */
import { createServer, type IncomingMessage } from 'node:http';
import {
  createFanfare,
  FanfareError,
  type FanfareErrorCode,
  type FanfareEvent,
  type Ledger,
  memoryLedger,
} from 'express-fanfare';
import { offlineVerifier } from 'express-fanfare/jwks';
import { postgresLedger } from 'express-fanfare/postgres';
import { redisLedger } from 'express-fanfare/redis';
import { sqliteLedger } from 'express-fanfare/sqlite';
import { ledgerContract } from 'express-fanfare/testing';

export const ledgers: readonly Ledger[] = [memoryLedger(), sqliteLedger({ file: 'fanfare.sqlite' })];
export const others = [postgresLedger, redisLedger, ledgerContract, offlineVerifier] as const;

export const fanfare = createFanfare({ ledger: memoryLedger(), onEvent: say });
const guard = fanfare.claimAdmission({ leaseSeconds: 60 });

createServer((req, res) => {
  guard(req, res, () => {
    void fanfare.completeAdmission(req, { orderId: '1', amount: '129.00', currency: 'EUR' });
    res.end(distributionOf(req));
  });
});

export function distributionOf(req: IncomingMessage): string | undefined {
  // @ts-expect-error the token is never on the request
  void req.admission?.token;
  return req.admission?.distributionId;
}

// @ts-expect-error a number is no pool
postgresLedger({ pool: 5 });

function say(event: FanfareEvent): void {
  if (event.type === 'admission.refused') console.log(codeOf(new FanfareError(event.code)));
}

function codeOf({ code }: FanfareError): FanfareErrorCode {
  return code;
}
