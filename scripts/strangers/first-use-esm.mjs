import { createFanfare, FanfareError, memoryLedger } from 'express-fanfare';
import { createEmulator } from 'express-fanfare/emulator';
import { offlineVerifier } from 'express-fanfare/jwks';
import { postgresLedger } from 'express-fanfare/postgres';
import { redisLedger } from 'express-fanfare/redis';
import { sqliteLedger } from 'express-fanfare/sqlite';
import { ledgerContract } from 'express-fanfare/testing';
import { firstUse } from './first-use.cjs';

const wings = { sqliteLedger, postgresLedger, redisLedger, offlineVerifier, createEmulator, ledgerContract };
await firstUse({ createFanfare, FanfareError, memoryLedger, ...wings });
