/** What the doctor found, as a person reads it. Pure. */
import type { Level } from '../doctor/check.js';
import { CHECKS, docsOf, findingsOf } from '../doctor/checks.js';
import { DOCTOR_CODES, type DoctorCode } from '../doctor/codes.js';
import type { Facts } from '../doctor/facts.js';

/** One line of the report. */
export interface Result {
  readonly outcome: 'ok' | 'advice' | 'warning' | 'problem';
  readonly code: DoctorCode;
  readonly message: string;
  readonly docs: string;
}

const OUTCOMES: Readonly<Record<Level, Result['outcome']>> = {
  info: 'advice',
  warn: 'warning',
  error: 'problem',
};
const WIDTH = 'warning  '.length;

/** Every check that could be made, with what came of it. */
export function resultsOf(facts: Facts): readonly Result[] {
  const findings = findingsOf(facts);
  return DOCTOR_CODES.filter((code) => CHECKS[code].applies(facts)).flatMap((code) => {
    const found = findings.filter((finding) => finding.code === code);
    if (found.length === 0)
      return [{ outcome: 'ok' as const, code, message: CHECKS[code].fine, docs: docsOf(code) }];
    return found.map(({ level, message, docs }) => ({ outcome: OUTCOMES[level], code, message, docs }));
  });
}

const PAGES = 'The pages of docs/ are in the repository of express-fanfare.';

/** The report; what is not in order says where to read on. */
export function reportOf(results: readonly Result[]): string {
  const lines = results.flatMap(({ outcome, code, message, docs }) => [
    outcome.padEnd(WIDTH) + printable(message),
    ...(outcome === 'ok' ? [] : [`${' '.repeat(WIDTH)}${code}: ${docs}`]),
  ]);
  const count = (outcome: Result['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const hasFound = count('ok') < results.length;
  const counts = `Problems: ${count('problem')}. Warnings: ${count('warning')}.`;
  return [...lines, '', ...(hasFound ? [PAGES] : []), counts, ''].join('\n');
}

/** A server's own words may hold anything. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
