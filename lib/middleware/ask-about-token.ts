/** Asking about a token: at a submit the ledger first, then whoever can tell whether it is good right now. */
import { compact } from '../admission/compact.js';
import type { Verdict } from '../admission/verdict.js';
import type { PresentedToken } from '../tokens/admission-token.js';
import { askForClient } from './cold-token.js';
import type { Context } from './context.js';
import type { Request } from './http.js';
import { askOnce } from './in-outage.js';
import { ledgerBars } from './ledger-bars.js';
import type { RequestState, TokenTrouble } from './request-state.js';

/** For what a token is asked about, and for whom. */
export interface Asking {
  /** A submit: the ledger is asked first, then Fanfare afresh. */
  readonly submit: boolean;
  /** Who pays for a call; nobody where a session's own token is asked about. */
  readonly client: Request | undefined;
}

/** Resolves to what Fanfare says, or to why it need not be asked. */
export async function ask(
  context: Context,
  state: RequestState,
  presented: PresentedToken,
  { submit, client }: Asking,
): Promise<TokenTrouble | Verdict> {
  const barred = submit ? await ledgerBars(context, state, presented) : undefined;
  if (barred !== undefined) return barred;
  const { validator } = context;
  const askNow = (): Promise<Verdict> =>
    askOnce(state, () =>
      submit
        ? validator.submit(presented)
        : validator.page(presented, compact({ notAfter: presented.expiresAt })),
    );
  return client === undefined
    ? askNow()
    : askForClient(context, { req: client, question: presented, submit }, askNow);
}
