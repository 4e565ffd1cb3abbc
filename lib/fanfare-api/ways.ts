/** How each question is asked: over the wire, by the merchant's own function, or, with neither, not at all. */
import { compact } from '../admission/compact.js';
import type { Triple } from '../admission/identity.js';
import type { Question, Unknown, Verdict } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import { readDelivery, readVerdict } from './answers.js';
import type { DeliveryAnswer } from './answers.js';
import { completionBody, validationBody } from './bodies.js';
import { withDeadline } from './deadline.js';
import type { CompleteOperation, CompletionReport, ValidateOperation } from './dialect.js';
import type { Failure } from './failure.js';
import { gapWords } from './gaps.js';
import type { Needed, Speech } from './gaps.js';
import type { Line } from './line.js';
import { deliveryBy, verdictBy } from './readings.js';
import { completeBy, validateBy } from './supplied.js';

export interface WayParts extends Speech {
  readonly line: Line;
  readonly clock: Clock;
  /** Hears of a question that nobody can be asked. */
  readonly sayGap: (gap: string) => void;
}

/** How much of a call's time is left. */
export interface Timing {
  readonly withinMs: number;
  /** Most of the time went by while it waited for its turn. */
  readonly startedLate: boolean;
}

/** Neither ever rejects. */
export class Ways {
  readonly #parts: WayParts;

  constructor(parts: WayParts) {
    this.#parts = parts;
  }

  validate(question: Question, timing: Timing): Promise<Verdict> {
    const { dialect, supplied } = this.#parts;
    const operation = dialect.validate[question.distributionType];
    if (operation !== undefined) return this.#ask(operation, question, timing);
    if (supplied.validate !== undefined) return validateBy(supplied.validate, question, timing.withinMs);
    return Promise.resolve({ answer: 'unknown', unasked: true, reason: this.#gap('validate', question) });
  }

  complete(report: CompletionReport, withinMs: number): Promise<DeliveryAnswer> {
    const { dialect, supplied } = this.#parts;
    const operation = dialect.complete[report.distributionType];
    if (operation !== undefined) return this.#tell(operation, report, withinMs);
    if (supplied.complete !== undefined) return completeBy(supplied.complete, report, withinMs);
    return Promise.resolve({ kind: 'failed', unasked: true, reason: this.#gap('complete', report) });
  }

  #ask(operation: ValidateOperation, question: Question, timing: Timing): Promise<Verdict> {
    const { dialect, line, clock } = this.#parts;
    return withDeadline(timing.withinMs, async (deadline) => {
      const answer = await line.post({
        path: operation.path,
        id: question.distributionId,
        headers: compact({ 'X-Fingerprint': question.fingerprint }),
        body: () => validationBody(dialect, operation, question),
        deadline,
        retryUnsent: true,
      });
      if ('failed' in answer) return unanswered(answer, timing.startedLate);
      const now = clock.now();
      return operation.read === undefined
        ? readVerdict(answer, question, now)
        : verdictBy(operation.read, answer, question, { deadline, now });
    });
  }

  #tell(operation: CompleteOperation, report: CompletionReport, withinMs: number): Promise<DeliveryAnswer> {
    const { dialect, line, clock } = this.#parts;
    return withDeadline(withinMs, async (deadline) => {
      const answer = await line.post({
        path: operation.path,
        id: report.distributionId,
        headers: { 'X-Idempotency-Key': report.idempotencyKey },
        body: () => completionBody(dialect, operation, report),
        deadline,
        retryUnsent: false,
      });
      if ('failed' in answer) return { kind: 'failed', reason: answer.failed };
      const now = clock.now();
      return operation.read === undefined
        ? readDelivery(answer, now)
        : deliveryBy(operation.read, answer, report, { deadline, now });
    });
  }

  #gap(operation: Needed, { distributionType }: Triple): string {
    const gap = gapWords(this.#parts.dialect, operation, distributionType);
    this.#parts.sayGap(gap);
    return gap;
  }
}

/** With little time left a slow answer looks like none, and a crowd of shoppers is no outage. */
function unanswered({ failed: reason, away, misconfigured }: Failure, startedLate: boolean): Unknown {
  if (away !== true)
    return compact({ answer: 'unknown' as const, failure: 'fault' as const, reason, misconfigured });
  return { answer: 'unknown', failure: startedLate ? 'busy' : 'away', reason };
}
