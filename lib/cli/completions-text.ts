/** Completions as a person reads them. Pure: `now` is handed in. */
import type { Completion } from '../completion/completion-view.js';
import { sayDuration } from './duration.js';

type Cells = readonly string[];

const HEADINGS = ['STATE', 'ATTEMPTS', 'STATUS', 'AGE', 'ORDER', 'ADMISSION', 'REASON'];

const MEANINGS: Readonly<Record<Completion['state'], string>> = {
  ordered: 'Fanfare has not heard of it yet; it goes on being tried',
  delivered: 'Fanfare knows about it',
  dead: 'not tried any more; retry or discard it',
  discarded: 'given up by an operator; Fanfare will not hear of it',
};

export function tableOf(completions: readonly Completion[], now: number): string {
  const rows = completions.map((completion) => cellsOf(completion, now));
  return aligned([HEADINGS, ...rows]);
}

function cellsOf({ state, since, orderId, admissionId, ...progress }: Completion, now: number): Cells {
  const { attempts = '-', lastStatus = '-', reason = '-' } = progress;
  return [state, attempts, lastStatus, sayDuration(now - since), orderId, admissionId, reason].map(String);
}

/** Everything there is to know about one, a line each. */
export function detailsOf(completion: Completion, now: number): string {
  const { state, amount, currency, attempts, crashes } = completion;
  const lines: readonly (readonly [string, string | number | undefined])[] = [
    ['Order', completion.orderId],
    ['Amount', amount && `${amount} ${currency ?? ''}`],
    ['State', `${state}: ${MEANINGS[state]}`],
    ['Ordered', time(completion.completedAt, now)],
    ['Since', state === 'ordered' ? undefined : time(completion.since, now)],
    ['Attempts', attempts],
    ['Next attempt', nextAttempt(completion, now)],
    ['Last status', completion.lastStatus],
    ['Reason', completion.reason],
    ['Crashes', crashes === 0 ? undefined : crashes],
    ['Admission', completion.admissionId],
    ['Consumer', completion.consumerId],
    ['Distribution', `${completion.distributionId} (${completion.distributionType})`],
  ];
  return aligned(lines.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

function time(at: number, now: number): string {
  return `${new Date(at).toISOString()} (${sayDuration(now - at)} ago)`;
}

function nextAttempt({ nextAttemptAt }: Completion, now: number): string | undefined {
  if (nextAttemptAt === undefined) return undefined;
  if (nextAttemptAt <= now) return 'now';
  return `${new Date(nextAttemptAt).toISOString()} (in ${sayDuration(nextAttemptAt - now)})`;
}

/** Columns under each other, and nothing in them that a terminal would obey. */
export function aligned(rows: readonly Cells[]): string {
  const printable = rows.map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, '?')));
  const widths = printable.reduce<number[]>(
    (known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, cell.length)),
    [],
  );
  return printable
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
