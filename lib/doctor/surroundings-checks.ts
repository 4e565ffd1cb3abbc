/** What the ledger, Fanfare and the clock tell. Pure. */
import { wordsOfFault } from './api-words.js';
import { checkOf } from './check.js';
import type { ApiFacts } from './facts.js';

const LARGEST_DRIFT_MS = 30_000;

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
    tells: (ledger) => 'warnings' in ledger,
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
    tells: hasStatus(() => true),
    wrong: (api) =>
      hasStatus(isFailure)(api) &&
      `Fanfare at ${api.host} answers its health check with ${statusOf(api)}: it is down or overloaded. Shoppers with a session go on, new ones wait.`,
  }),
  API_ADDRESS_WRONG: checkOf('api', {
    level: 'warn',
    fine: 'The address of Fanfare answers as one of its own.',
    tells: hasStatus((status) => !isFailure(status)),
    wrong: (api) =>
      !hasStatus((status) => status < 300 || isRefusal(status))(api) &&
      `${api.host} answers Fanfare's health check with ${statusOf(api)}, which Fanfare should not: see to FANFARE_API_URL or "api.baseUrl".`,
  }),
  KEY_REFUSED: checkOf('api', {
    level: 'error',
    fine: 'Fanfare did not refuse the key; only a validation shows whether it is good.',
    tells: (api) => hasStatus(isRefusal)(api) || (api.withKey && hasStatus((status) => status < 300)(api)),
    wrong: (api) =>
      hasStatus(isRefusal)(api) &&
      `Fanfare at ${api.host} answers ${statusOf(api)}${api.withKey ? ': it refuses the secret key or the organization id. Compare both with its dashboard.' : ' to a call without a key. Set the key and the organization id.'}`,
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

function hasStatus(fits: (status: number) => boolean): (api: ApiFacts) => boolean {
  return ({ answer }) => 'status' in answer && fits(answer.status);
}

function statusOf({ answer }: ApiFacts): string {
  return 'status' in answer ? String(answer.status) : 'nothing';
}

function isFailure(status: number): boolean {
  return status >= 500 || status === 429;
}

function isRefusal(status: number): boolean {
  return status === 401 || status === 403;
}
