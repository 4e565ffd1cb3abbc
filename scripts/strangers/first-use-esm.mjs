import { createFanfare, FanfareError, memoryLedger } from 'express-fanfare';
import { createEmulator } from 'express-fanfare/emulator';
import { offlineVerifier } from 'express-fanfare/jwks';
import { openTelemetry } from 'express-fanfare/opentelemetry';
import { postgresLedger } from 'express-fanfare/postgres';
import { redisLedger } from 'express-fanfare/redis';
import { postgresReservations, sqliteReservations } from 'express-fanfare/reservations';
import { sqliteLedger } from 'express-fanfare/sqlite';
import { ledgerContract, testFanfare } from 'express-fanfare/testing';
import { fanfareWebhook, stripeMetadata } from 'express-fanfare/webhooks';
import { firstUse } from './first-use.cjs';

const wings = {
  sqliteLedger,
  postgresLedger,
  redisLedger,
  offlineVerifier,
  createEmulator,
  ledgerContract,
  testFanfare,
  fanfareWebhook,
  stripeMetadata,
  postgresReservations,
  sqliteReservations,
  openTelemetry,
};
await firstUse({ createFanfare, FanfareError, memoryLedger, ...wings });
