const { createFanfare, FanfareError, memoryLedger } = require('express-fanfare');
const { sqliteLedger } = require('express-fanfare/sqlite');
const { postgresLedger } = require('express-fanfare/postgres');
const { redisLedger } = require('express-fanfare/redis');
const { offlineVerifier } = require('express-fanfare/jwks');
const { postgresReservations, sqliteReservations } = require('express-fanfare/reservations');
const { fanfareWebhook, stripeMetadata } = require('express-fanfare/webhooks');
const { openTelemetry } = require('express-fanfare/opentelemetry');
const { createEmulator } = require('express-fanfare/emulator');
const { ledgerContract, testFanfare } = require('express-fanfare/testing');
const { firstUse } = require('./first-use.cjs');

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
firstUse({ createFanfare, FanfareError, memoryLedger, ...wings });
