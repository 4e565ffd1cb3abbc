/** What goes out: the bodies that every dialect has in common, made of its own parts. Pure. */
import type { Triple } from '../admission/identity.js';
import type { Question } from '../admission/verdict.js';
import type { Body, CompletionReport, Denial, Dialect, Operation } from './dialect.js';

export function validationBody(dialect: Dialect, { path, body }: Operation<Question>, asked: Question): Body {
  if (body !== undefined) return body(asked);
  return { ...idsBeside(path, asked), [dialect.proofField]: asked.token };
}

export function completionBody(
  { metadata }: Dialect,
  { path, body }: Operation<CompletionReport>,
  report: CompletionReport,
): Body {
  if (body !== undefined) return body(report);
  const ids = idsBeside(path, report);
  return metadata === undefined ? ids : { ...ids, metadata: metadata(report) };
}

export function denialBody({ path, body }: Operation<Denial>, denial: Denial): Body {
  return body === undefined ? { ...idsBeside(path, denial), reason: denial.reason } : body(denial);
}

/** What the path does not say, the body does. */
function idsBeside(path: string, { consumerId, distributionId, distributionType }: Triple): Body {
  return path.includes('{id}') ? { consumerId } : { consumerId, distributionId, distributionType };
}
