/** An order sent by script: again after a network error, as the same order attempt. */
import { move, show, standingNow } from './checkout.js';
import { jsonOf, pauseSeconds } from './routes.js';

/**
 * As for `fetch`, and the button that was pressed. The method is POST unless you say otherwise. Redirects are never
 * followed: the bank that one leads to would block the request, which cannot be told from a network error.
 */
export interface SubmitOptions extends Omit<RequestInit, 'redirect'> {
  /** The button of the form whose name and value belong to the order. */
  readonly submitter?: HTMLElement | null;
}

export interface OrderAnswer {
  readonly response: Response;
  /** The order that an earlier sending of this session made, when the answer is `ADMISSION_USED`. */
  readonly orderId?: string;
  /**
   * Where to go now: the `location` in the JSON of a 2xx answer. After a redirect, whose address a script may not read, this
   * page itself, where the guard leads on to the order.
   */
  readonly location?: string;
}

const PAUSES_SECONDS = [1, 2, 4, 8, 15];

let running: Promise<OrderAnswer> | undefined;

/**
 * Sends a form or a request as an order. After a network error, and while another attempt holds the admission, the same
 * request is sent again, up to five times: the server knows the admission, so it makes one order at most, and names it when
 * an answer was lost. Any other answer is the last, a redirect too. While an attempt is under way, every call gets that
 * attempt's answer. Rejects with the network's error when all is in vain, and with an `Error` when the time to order is over.
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
  if (standingNow() === 'over') throw new Error('Your time to order is over.');
  // The fields are taken before they are locked.
  const request = requestOf(target, options);
  stand('sending');
  let answer: OrderAnswer | undefined;
  try {
    answer = await answerTo(request);
    return answer;
  } finally {
    stand(answer !== undefined && isTaken(answer) ? 'sent' : 'open');
  }
}

function isTaken({ response, orderId, location }: OrderAnswer): boolean {
  return response.ok || (orderId ?? location) !== undefined;
}

function stand(next: 'sending' | 'sent' | 'open'): void {
  move(next);
  show();
}

function requestOf(target: HTMLFormElement | string, { submitter = null, ...init }: SubmitOptions): Request {
  const request = new Request(typeof target === 'string' ? target : actionOf(target, submitter), {
    method: 'POST',
    body: typeof target === 'string' ? null : bodyOf(target, submitter),
    ...init,
    redirect: 'manual',
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
  for (const pause of PAUSES_SECONDS) {
    const response = await fetch(request.clone()).catch(() => undefined);
    request.signal.throwIfAborted();
    const answer = response && (await read(response));
    if (answer !== undefined) return answer;
    await pauseFor(pauseSeconds(response, pause) * 1_000, request.signal);
  }
  const response = await fetch(request);
  return (await read(response)) ?? { response };
}

/** `undefined`: another attempt holds the admission. */
async function read(response: Response): Promise<OrderAnswer | undefined> {
  if (response.type === 'opaqueredirect') return { response, location: pageAddress() };
  const { code, orderId, location: next } = await jsonOf(response);
  if (code === 'ADMISSION_IN_USE') return undefined;
  if (code === 'ADMISSION_USED' && typeof orderId === 'string') return { response, orderId };
  if (response.ok && typeof next === 'string')
    return { response, location: new URL(next, response.url).href };
  return { response };
}

/** Without the fragment, with which the browser would only scroll. */
function pageAddress(): string {
  return location.href.replace(/#.*/, '');
}

/** Ends early when the network is back, or when the caller gives up. */
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
