/** All that the doctor looks at, by code, in the order in which it is told. Pure. */
import type { Check, Level } from './check.js';
import { DOCTOR_CODES, type DoctorCode } from './codes.js';
import type { Facts } from './facts.js';
import { REQUEST_CHECKS } from './request-checks.js';
import { SETUP_CHECKS } from './setup-checks.js';
import { SURROUNDINGS_CHECKS } from './surroundings-checks.js';

/** Something the doctor found. */
export interface DoctorFinding {
  readonly code: DoctorCode;
  /** `info` is advice, `warn` may cost shoppers or orders, `error` will. */
  readonly level: Level;
  /** What is wrong, and what to do about it, whole. Holds no secret. */
  readonly message: string;
  /** Where more is said: a page of this project's repository, which the npm package does not hold. */
  readonly docs: string;
}

export const CHECKS: Readonly<Record<DoctorCode, Check>> = {
  ...SETUP_CHECKS,
  ...SURROUNDINGS_CHECKS,
  ...REQUEST_CHECKS,
};

/** Where a code is explained. */
export function docsOf(code: DoctorCode): string {
  return `docs/doctor.md#${code.toLowerCase()}`;
}

/** What the facts give reason to say. */
export function findingsOf(facts: Facts, silenced: readonly DoctorCode[] = []): readonly DoctorFinding[] {
  return DOCTOR_CODES.filter((code) => !silenced.includes(code)).flatMap((code) => {
    const { level, wrong } = CHECKS[code];
    return wrong(facts).map((message) => ({ code, level, message, docs: docsOf(code) }));
  });
}
