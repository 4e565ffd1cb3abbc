/** A token that would cause a call is paid for by the client who brought it. */
import type { Question, Verdict } from '../admission/verdict.js';
import type { EarlyRefusal } from '../tokens/admission-token.js';
import { clientKey } from './client-key.js';
import type { Context } from './context.js';
import type { Request } from './http.js';

/** One token that a request brought, on its way to Fanfare. */
export interface ColdToken {
  readonly req: Request;
  readonly question: Question;
  /** A submit never takes a kept verdict. */
  readonly submit: boolean;
}

/** Asks, unless the client has tried too many tokens. What needs no call costs nothing. */
export async function askForClient(
  context: Context,
  { req, question, submit }: ColdToken,
  ask: () => Promise<Verdict>,
): Promise<Verdict | EarlyRefusal> {
  const isKept = !submit && context.validator.kept(question) !== undefined;
  return isKept ? ask() : withinCeiling(context, req, ask);
}

/** Asks something that a client could go on guessing at, unless it has had too many noes. */
export async function withinCeiling<T extends Pick<Verdict, 'answer'>>(
  { ceiling, settings }: Context,
  req: Request,
  ask: () => Promise<T>,
): Promise<T | EarlyRefusal> {
  const client = ceiling === undefined ? undefined : clientKey(settings, req);
  if (ceiling === undefined || client === undefined) return ask();
  const answer = await ceiling.within(client, ask);
  if (!('waitMs' in answer)) return answer;
  return {
    refused: 'TOO_MANY_ATTEMPTS',
    detail: 'the client has tried too many tokens',
    retryAfterSeconds: answer.waitMs / 1_000,
  };
}
