/** The engines that the proofs run on. */
import type { Engine } from './engine.js';
import { postgres } from './engine-postgres.js';
import { redis } from './engine-redis.js';
import { sqlite } from './engine-sqlite.js';

const memory: Engine = {
  name: 'memory',
  durable: false,
  breakdowns: [],
  suite(title, body) {
    describe(`memory: ${title}`, () => {
      body(() => ({
        address: () => ({ engine: 'memory' }),
        breakdown: () => Promise.reject(new Error('The memory ledger is always there.')),
        about: () => 'in the process, nothing outlives it',
      }));
    });
  },
};

/** All of them. */
export const ENGINES: readonly Engine[] = [memory, sqlite, postgres, redis];
/** Those that several processes can share. */
export const DURABLE_ENGINES = ENGINES.filter(({ durable }) => durable);
