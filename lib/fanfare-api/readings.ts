/** A dialect's own reading of answers. It is trusted no further than the built-in one: only a plain yes is a yes. */
import { compact } from '../admission/compact.js';
import type { Question, Verdict } from '../admission/verdict.js';
import { readDelivery, unknown } from './answers.js';
import type { DeliveryAnswer } from './answers.js';
import { type Deadline, unlessPassed } from './deadline.js';
import type { CompleteOperation, CompletionReport, Reply, ValidateOperation } from './dialect.js';
import { parseJson } from './error-body.js';
import { errorName } from './failure.js';
import { statusWords } from './http-answer.js';
import type { Answer } from './http-answer.js';
import { readSaid } from './said.js';

type Read<Operation extends { readonly read?: unknown }> = NonNullable<Operation['read']>;

/** Never rejects. `deadline` is the call's deadline, which covers the reading too. */
export async function verdictBy(
  read: Read<ValidateOperation>,
  answer: Answer,
  question: Question,
  { deadline, now }: { readonly deadline: Deadline; readonly now: number },
): Promise<Verdict> {
  const { status, body } = answer;
  const couldNotTell = (why: string): Verdict => unknown(answer, now, `${statusWords(status)}, ${why}`);
  if (typeof body !== 'string') return couldNotTell(body.cut);
  const said = await asked(() => read(replyOf(answer, body), question), deadline);
  // Over a good answer it is the reading that failed, and not Fanfare.
  if ('failed' in said)
    return { ...couldNotTell(said.failed), ...(status < 400 ? { failure: 'fault' as const } : {}) };
  return readSaid(said.value, question, status) ?? couldNotTell('which "read" could not tell the meaning of');
}

/** Never rejects. What is not taken for done is judged by the built-in reading, and is never done by it. */
export async function deliveryBy(
  read: Read<CompleteOperation>,
  answer: Answer,
  report: CompletionReport,
  { deadline, now }: { readonly deadline: Deadline; readonly now: number },
): Promise<DeliveryAnswer> {
  const { status, body } = answer;
  const usual = readDelivery(answer, now);
  if (typeof body !== 'string') return usual;
  const { rateLimit } = usual;
  const said = await asked(() => read(replyOf(answer, body), report), deadline);
  const taken = !('failed' in said) && said.value === true;
  if (taken) return compact({ kind: 'done' as const, already: false, rateLimit });
  if (usual.kind !== 'done') return usual;
  const why = 'failed' in said ? said.failed : 'which "read" does not take for done';
  return compact({ kind: 'failed' as const, status, reason: `${statusWords(status)}, ${why}`, rateLimit });
}

/** Plain JavaScript may read in an async function, and may throw. */
async function asked(
  read: () => unknown,
  deadline: Deadline,
): Promise<{ readonly value: unknown } | { readonly failed: string }> {
  try {
    return { value: await unlessPassed(deadline, Promise.resolve(read())) };
  } catch (error) {
    return { failed: `on which "read" failed (${errorName(error)})` };
  }
}

function replyOf({ status, headers }: Answer, text: string): Reply {
  return { status, headers, body: parseJson(text) ?? text };
}
