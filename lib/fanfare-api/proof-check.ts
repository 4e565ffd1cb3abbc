/**
 * Whether a validation proves anything. A request that reads the same for every token is answered the same for every
 * token, and one that leaves out the consumer or the distribution would admit a stranger to another sale.
 */
import type { DistributionType } from '../admission/identity.js';
import type { Question } from '../admission/verdict.js';
import { validationBody } from './bodies.js';
import type { Dialect, ValidateOperation } from './dialect.js';

type Asked = 'token' | 'consumerId' | 'distributionId';

const SAMPLE = { token: 'a'.repeat(32), consumerId: 'consumer_a', distributionId: 'distribution_a' } as const;
const OTHER = { token: 'b'.repeat(32), consumerId: 'consumer_b', distributionId: 'distribution_b' } as const;

/** Throws a `TypeError` when the dialect's own validation of `type` does not tell two questions apart. */
export function checkProof(dialect: Dialect, type: DistributionType): void {
  const operation = dialect.validate[type];
  if (operation === undefined) return;
  const deaf = asksAbout(operation).find((name) => isDeafTo(name, dialect, operation, type));
  if (deaf === undefined) return;
  throw new TypeError(
    `"api.dialect.validate.${type}" does not send the ${deaf}, so its answer proves nothing; send it, or leave the operation out and give "api.validate"`,
  );
}

/** Who reads the answer can compare the ids in it with the question. The token nobody can do without. */
function asksAbout({ read }: ValidateOperation): readonly Asked[] {
  return read === undefined ? ['token', 'consumerId', 'distributionId'] : ['token'];
}

function isDeafTo(
  name: Asked,
  dialect: Dialect,
  operation: ValidateOperation,
  type: DistributionType,
): boolean {
  const question: Question = { ...SAMPLE, distributionType: type };
  const other: Question = { ...question, [name]: OTHER[name] };
  return requestOf(dialect, operation, question) === requestOf(dialect, operation, other);
}

function requestOf(dialect: Dialect, operation: ValidateOperation, question: Question): string {
  const path = operation.path.replace('{id}', question.distributionId);
  try {
    return `${path}\n${JSON.stringify(validationBody(dialect, operation, question))}`;
  } catch (cause) {
    const { distributionType } = question;
    throw new TypeError(
      `"api.dialect.validate.${distributionType}.body" failed when it was tried at construction`,
      { cause },
    );
  }
}
