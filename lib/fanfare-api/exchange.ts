/** One request and its answer, heard from the connection itself. Every fault is a result; nothing here throws. */
import type { Dispatcher } from 'undici';
import type { Deadline } from './deadline.js';
import { errorName } from './failure.js';
import type { Failure } from './failure.js';
import type { Answer } from './http-answer.js';

/** What goes out. */
export interface Message {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Faults before there was a connection. A timeout while connecting is one too, but leaves no time for a retry. */
const UNSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Faults of a connection: lost, never made, without TLS or with a certificate we do not trust, or not speaking HTTP. */
const BROKEN =
  /^(ECONN|EPIPE$|ETIMEDOUT$|UND_ERR_(SOCKET|CONNECT_TIMEOUT)$|HPE_|HTTPParserError$|ERR_(SSL|TLS)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/**
 * Sends one message and resolves with what came of it, at the latest when the deadline passes; the connection is given up
 * then. What still waits for a connection is not sent any more.
 */
export function exchange(
  dispatcher: Dispatcher,
  message: Message,
  deadline: Deadline,
): Promise<Answer | Failure> {
  return new Promise((resolve) => {
    const heard = new Exchange(resolve);
    deadline.onPass(() => {
      heard.giveUp();
    });
    if (!deadline.passed) dispatcher.dispatch(message, heard);
  });
}

type Head = Pick<Answer, 'status' | 'headers'>;

/** No stream: an answer is small, and a stream for each costs as much as all the rest of a call. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (outcome: Answer | Failure) => void;
  readonly #chunks: Buffer[] = [];
  #head: Head | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #givenUp = false;

  constructor(resolve: (outcome: Answer | Failure) => void) {
    this.#resolve = resolve;
  }

  giveUp(): void {
    this.#givenUp = true;
    this.#end({ failed: 'no answer in time', away: true }, { cut: 'body not there in time' });
    this.#controller?.abort(new Error('no answer in time'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp) this.giveUp();
  }

  onResponseStart(_controller: unknown, status: number, headers: Answer['headers']): void {
    // Before the answer there may be hints of it.
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { status, headers } = this.#head as Head;
    this.#resolve({ status, headers, body: textOf(this.#chunks) });
  }

  onResponseError(_controller: unknown, error: Error): void {
    const name = errorName(error);
    const cut = name === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' ? 'body too long' : `body broken off (${name})`;
    this.#end(failureBy(name), { cut });
  }

  /** The status counts from the moment it is there, even if the body never arrives whole. */
  #end(withoutStatus: Failure, body: Answer['body']): void {
    this.#resolve(this.#head === undefined ? withoutStatus : { ...this.#head, body });
  }
}

const utf8 = new TextDecoder();

function textOf(chunks: readonly Buffer[]): string {
  return utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
}

function failureBy(name: string): Failure {
  if (UNSENT.has(name)) return { failed: name, unsent: true, away: true };
  return BROKEN.test(name) ? { failed: name, away: true } : { failed: name };
}
