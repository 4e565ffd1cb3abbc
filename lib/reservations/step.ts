/**
 * The rules of a step, apart from who runs its statements: a generator asks, and is told the rows. So one set of rules
 * serves SQLite, which answers at once and inside a merchant's synchronous transaction, and PostgreSQL, which does not.
 */

export type Value = string | number | null;

/** One statement, with a `?` for each value. It selects, or has `RETURNING`: every one answers with rows. */
export interface Statement {
  readonly text: string;
  readonly values: readonly Value[];
}

export type Rows = readonly Readonly<Record<string, unknown>>[];

export type Step<Result> = Generator<Statement, Result, Rows>;

export function runSync<Result>(step: Step<Result>, ask: (statement: Statement) => Rows): Result {
  let turn = step.next();
  while (turn.done !== true) turn = step.next(ask(turn.value));
  return turn.value;
}

export async function runAsync<Result>(
  step: Step<Result>,
  ask: (statement: Statement) => Promise<Rows>,
): Promise<Result> {
  let turn = step.next();
  while (turn.done !== true) turn = step.next(await ask(turn.value));
  return turn.value;
}
