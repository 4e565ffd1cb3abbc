/** What a dialect is: one way of speaking to Fanfare, as data, with every part replaceable. */
import type { DistributionType, Triple } from '../admission/identity.js';
import type { Order } from '../admission/order.js';
import type { Question } from '../admission/verdict.js';
import type { AnswerHeaders } from './http-answer.js';
import type { Said } from './said.js';

/** Who we are to Fanfare. */
export interface Credentials {
  readonly organizationId: string;
  readonly secretKey: string;
}

/** What Fanfare is told about an order that used an admission. */
export interface CompletionReport extends Triple {
  /** The same on every attempt for one admission. */
  readonly idempotencyKey: string;
  readonly order: Order;
  /** Milliseconds since the epoch. */
  readonly completedAt: number;
}

/** Whose admission is taken back, and why. */
export interface Denial extends Triple {
  readonly reason: string;
}

/** A body as it goes out, before it becomes JSON. */
export type Body = Readonly<Record<string, unknown>>;

/** One call: a path below the base, and what its JSON body says. */
export interface Operation<Subject> {
  /** Starts with `/`. `{id}` stands for the distribution id; without it the body names distribution and type. */
  readonly path: string;
  /** The whole body, in place of the usual one. */
  readonly body?: (subject: Subject) => Body;
}

/** An answer as a dialect's own reading sees it. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: AnswerHeaders;
  /** Parsed JSON; the text itself where it is none. */
  readonly body: unknown;
}

/** Asks whether a token is good. */
export interface ValidateOperation extends Operation<Question> {
  /** Takes the place of the built-in reading. Only `true` or `{ valid: true }` admits; a throw is "could not tell". */
  readonly read?: (reply: Reply, question: Question) => Said;
}

/** Tells that an order used an admission. */
export interface CompleteOperation extends Operation<CompletionReport> {
  /** Whether the answer takes the completion; the built-in reading says what becomes of it otherwise. */
  readonly read?: (reply: Reply, report: CompletionReport) => boolean;
}

/** A cell per distribution type; an operation that is not there is a cell that is not there. */
export type Cells<Cell> = Readonly<Partial<Record<DistributionType, Cell | undefined>>>;

/** One way of speaking to Fanfare. */
export interface Dialect {
  /** For messages: 1 to 128 of the characters A-Z, a-z, 0-9, `_` and `-`. */
  readonly name: string;
  /** Host and prefix; used where `api.baseUrl` is not given. */
  readonly baseUrl: string;
  /** The headers that prove who we are. */
  readonly authenticate: (credentials: Credentials) => Readonly<Record<string, string>>;
  /** The field of a validation's body that holds the token. */
  readonly proofField: string;
  /** What a completion says under `metadata`; absent: no metadata is sent. */
  readonly metadata?: (report: CompletionReport) => Body;
  readonly validate: Cells<ValidateOperation>;
  readonly complete: Cells<CompleteOperation>;
  readonly deny?: Cells<Operation<Denial>>;
  /** The login bridge; below the same base. */
  readonly authorizeExternal?: { readonly path: string };
}
