/** What the options and the environment tell. Pure. */
import { checkOf } from './check.js';

const PRODUCTION = 'production';
/** In bits. Even 32 decimal digits that were drawn by lot have more. */
const LEAST_ENTROPY = 80;

export const SETUP_CHECKS = {
  OPTION_WRONG: checkOf('wrongOptions', {
    level: 'error',
    fine: 'The options in the environment are of the right kind.',
    wrong: (messages) => messages.map((message) => `${message}.`),
  }),
  NODE_ENV_UNSET: checkOf('environment', {
    level: 'info',
    fine: 'NODE_ENV is set.',
    wrong: (environment) =>
      environment === '' &&
      'NODE_ENV is not set, so Express shows faults to shoppers, and mistakes of a test machine are not told from those of a shop: set it to "production" where you sell.',
  }),
  TEST_KEY_IN_PRODUCTION: checkOf('key', {
    level: 'error',
    fine: 'No test key is used in production.',
    wrong: (key, { environment }) =>
      key === 'test' &&
      environment === PRODUCTION &&
      'The secret key is a test key (sk_test_) and NODE_ENV is "production": no real admission passes. Use the live key.',
  }),
  LIVE_KEY_OUTSIDE_PRODUCTION: checkOf('key', {
    level: 'warn',
    fine: 'No live key is used outside production.',
    wrong: (key, { environment }) =>
      key === 'live' &&
      environment !== PRODUCTION &&
      'The secret key is a live one (sk_live_) and NODE_ENV is not "production": what is tried here uses up real admissions. Use a test key, or set NODE_ENV.',
  }),
  SESSION_SECRET_WEAK: checkOf('secretEntropy', {
    level: 'error',
    fine: 'The secrets for sessions and links are not easy to guess.',
    wrong: (bits) =>
      bits < LEAST_ENTROPY &&
      'A secret in "session.secrets" or "handoff.secrets" repeats itself and can be guessed, and whoever knows it can make sessions: use the output of "openssl rand -hex 32".',
  }),
  ORDER_URL_MISSING: checkOf('hasOrderUrl', {
    level: 'info',
    fine: '"orderUrl" leads a finished checkout to its order.',
    wrong: (has) =>
      !has &&
      'Without "orderUrl", a shopper who comes back to a finished checkout reads that it is used, and is not led to the order: set it to a function from the order id to its page.',
  }),
  FIND_ORDER_MISSING: checkOf('hasFindOrder', {
    level: 'info',
    fine: '"findOrder" settles attempts that ended without a word.',
    wrong: (has) =>
      !has &&
      'Without "findOrder", an attempt that ended in a crash may be taken over although its order exists: let it look into your order table, or let a unique "admission_id" there refuse the second one.',
  }),
};
