/** What the ledger, Fanfare and the clock tell. Pure. */
import { statusOf, wordsOfFault } from './api-words.js';
import { checkOf } from './check.js';

const LARGEST_DRIFT_MS = 30_000;
const KEY_REFUSED: readonly unknown[] = [401, 403];
const BUSY = 429;

export const SURROUNDINGS_CHECKS = {
  LEDGER_IN_MEMORY: checkOf('engine', {
    level: 'warn',
    fine: 'The ledger survives a restart, or this is not production.',
    wrong: (engine, { environment }) =>
      engine === 'memory' &&
      environment === 'production' &&
      'The ledger is in memory: a restart forgets every order, and a second server knows none. Use SQLite, PostgreSQL or Redis.',
  }),
  LEDGER_UNSAFE: checkOf('ledger', {
    level: 'warn',
    fine: 'The ledger keeps what it is given.',
    wrong: (ledger) => 'warnings' in ledger && ledger.warnings,
  }),
  LEDGER_AWAY: checkOf('ledger', {
    level: 'error',
    fine: 'The ledger can be opened.',
    wrong: (ledger) =>
      'fault' in ledger && `The ledger cannot be opened, so no order goes through: ${ledger.fault}`,
  }),
  API_UNREACHABLE: checkOf('api', {
    level: 'error',
    fine: 'Fanfare can be reached.',
    wrong: ({ host, answer }) => 'fault' in answer && wordsOfFault(host, answer.fault),
  }),
  API_FAILING: checkOf('api', {
    level: 'error',
    fine: 'Fanfare is not failing.',
    wrong: (api) => {
      const status = statusOf(api) ?? 0;
      const fails = status >= 500 || status === BUSY;
      return (
        fails && `Fanfare at ${api.host} answers its health check with ${status}: it is down or overloaded.`
      );
    },
  }),
  API_ADDRESS_WRONG: checkOf('api', {
    level: 'warn',
    fine: 'The address of Fanfare answers as one of its own.',
    wrong: (api) => {
      const status = statusOf(api);
      if (status === undefined || status < 300 || status >= 500 || status === BUSY) return false;
      if (KEY_REFUSED.includes(status)) return false;
      return `${api.host} answers Fanfare's health check with ${status}, which Fanfare should not: see to FANFARE_API_URL or "api.baseUrl".`;
    },
  }),
  KEY_REFUSED: checkOf('api', {
    level: 'error',
    fine: 'Fanfare did not refuse the key; only a validation shows whether it is good.',
    wrong: (api) => {
      const status = statusOf(api);
      if (!KEY_REFUSED.includes(status)) return false;
      return api.withKey
        ? `Fanfare at ${api.host} answers ${String(status)}: it refuses the secret key or the organization id.`
        : `Fanfare at ${api.host} answers ${String(status)} to a call without a key.`;
    },
  }),
  CLOCK_DRIFT: checkOf('clockAhead', {
    level: 'warn',
    fine: "This machine's clock agrees with Fanfare's.",
    wrong: (ahead) => {
      const seconds = Math.round(Math.abs(ahead) / 1_000);
      const way = ahead > 0 ? 'ahead of' : 'behind';
      return (
        Math.abs(ahead) > LARGEST_DRIFT_MS &&
        `This machine's clock is ${seconds} seconds ${way} Fanfare's, so admissions end too ${ahead > 0 ? 'early' : 'late'}: set it by NTP.`
      );
    },
  }),
};
