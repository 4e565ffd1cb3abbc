/** The doctor's codes. They are stable, and `docs/doctor.md` has a section for each. */
export const DOCTOR_CODES = [
  'OPTION_WRONG',
  'NODE_ENV_UNSET',
  'TEST_KEY_IN_PRODUCTION',
  'LIVE_KEY_OUTSIDE_PRODUCTION',
  'SESSION_SECRET_WEAK',
  'ORDER_URL_MISSING',
  'FIND_ORDER_MISSING',
  'LEDGER_IN_MEMORY',
  'LEDGER_UNSAFE',
  'LEDGER_AWAY',
  'API_UNREACHABLE',
  'API_FAILING',
  'API_ADDRESS_WRONG',
  'KEY_REFUSED',
  'CLOCK_DRIFT',
  'TRUST_PROXY_OFF',
  'COOKIES_NEED_TLS',
  'MOUNTED_AFTER_STATIC',
  'BODY_NOT_PARSED',
  'TWO_INSTANCES',
  'COOKIE_NEAR_LIMIT',
  'SESSIONS_NEAR_LIMIT',
  'COOKIE_HEADER_NEAR_LIMIT',
] as const;

/** What the doctor may find. */
export type DoctorCode = (typeof DOCTOR_CODES)[number];
