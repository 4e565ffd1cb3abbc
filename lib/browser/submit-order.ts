/** An order sent by script: again after a network error, as the same order attempt. */
import { move, show, standingNow } from './checkout.js';
import { jsonOf, retryAfterSeconds } from './routes.js';

/** As for `fetch`, and the button that was pressed. The method is POST unless you say otherwise. */
export interface SubmitOptions extends RequestInit {
  /** The button of the form whose name and value belong to the order. */
  readonly submitter?: HTMLElement | null;
}

export interface OrderAnswer {
  readonly response: Response;
  /** The order that an earlier sending of this session made, when the answer is `ADMISSION_USED`. */
  readonly orderId?: string;
}

const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

let running: Promise<OrderAnswer> | undefined;

/**
 * Sends a form or a request as an order. After a network error, and while another attempt holds the admission, the same
 * request is sent again, up to five times: the server knows the admission, so it makes one order at most, and names it when
 * an answer was lost. While an attempt is
 * under way, every call gets that attempt's answer. Rejects with the network's error when all is in vain, and with an
 * `Error` when the time to order is over.
 */
export function submitOrder(
  target: HTMLFormElement | string,
  options: SubmitOptions = {},
): Promise<OrderAnswer> {
  running ??= attempt(target, options).finally(() => {
    running = undefined;
  });
  return running;
}

async function attempt(target: HTMLFormElement | string, options: SubmitOptions): Promise<OrderAnswer> {
  if (standingNow() === 'over') throw new Error('The time to order is over.');
  // The fields are taken before they are locked.
  const request = requestOf(target, options);
  stand('sending');
  let answer: OrderAnswer | undefined;
  try {
    answer = await answerTo(request);
    return answer;
  } finally {
    stand(answer !== undefined && (answer.response.ok || answer.orderId !== undefined) ? 'sent' : 'open');
  }
}

function stand(next: 'sending' | 'sent' | 'open'): void {
  move(next);
  show();
}

function requestOf(target: HTMLFormElement | string, { submitter = null, ...init }: SubmitOptions): Request {
  const request = new Request(typeof target === 'string' ? target : actionOf(target, submitter), {
    method: 'POST',
    ...(typeof target === 'string' ? {} : { body: bodyOf(target, submitter) }),
    ...init,
  });
  if (!request.headers.has('Accept')) request.headers.set('Accept', 'application/json');
  return request;
}

/** By attribute: a field may be named "action". */
function actionOf(form: HTMLFormElement, submitter: HTMLElement | null): string {
  const action = submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? '';
  return action === '' ? location.href : new URL(action, document.baseURI).href;
}

function bodyOf(form: HTMLFormElement, submitter: HTMLElement | null): FormData | URLSearchParams {
  const fields = new FormData(form, submitter);
  if (form.enctype === 'multipart/form-data') return fields;
  const texts = [...fields].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]);
  return new URLSearchParams(texts);
}

/**
 * "In use" is waited out, too: a browser may send a request again by itself when a connection broke, and then it is our own
 * first sending that is still at work.
 */
async function answerTo(request: Request): Promise<OrderAnswer> {
  for (const pause of PAUSES_MS) {
    const answer = await answerOnce(request);
    if (answer?.inUse === false) return answer;
    await pauseFor(answer?.retryAfterMs ?? pause, request.signal);
  }
  return read(await fetch(request));
}

interface Read extends OrderAnswer {
  readonly inUse: boolean;
  readonly retryAfterMs: number | undefined;
}

/** `undefined` when the network failed. */
async function answerOnce(request: Request): Promise<Read | undefined> {
  const response = await fetch(request.clone()).catch((error: unknown) => {
    if (request.signal.aborted) throw error;
    return undefined;
  });
  return response && read(response);
}

async function read(response: Response): Promise<Read> {
  const { code, orderId } = response.status === 409 ? await jsonOf(response) : {};
  const made = code === 'ADMISSION_USED' && typeof orderId === 'string';
  const seconds = retryAfterSeconds(response);
  return {
    response,
    inUse: code === 'ADMISSION_IN_USE',
    retryAfterMs: seconds === undefined ? undefined : seconds * 1_000,
    ...(made ? { orderId } : {}),
  };
}

/** Ends early when the network is back, or when the caller gives up, which the next `fetch` says. */
function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settled = new AbortController();
    const end = (): void => {
      clearTimeout(timer);
      settled.abort();
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener('online', end, settled);
    signal.addEventListener('abort', end, settled);
  });
}
