/** Handing the admission in the session storage over to the shop's server, which keeps it in a cookie of its own. */
import { type AdmissionView, jsonOf, pauseSeconds, routeAt, ROUTES } from './routes.js';
import { readStored } from './stored-admission.js';

export type { AdmissionView };

export interface HandOffOptions {
  /** Where `fanfare.routes()` is mounted. Default: `/fanfare`, or the folder that `checkout.js` came from. */
  readonly routes?: string;
}

/**
 * `none`: there was nothing to hand over. `admitted`: the session is there, go on to checkout. `refused`: the server said
 * no for good; `message` is for the shopper. `later`: the server could not be asked or could not tell; the admission is
 * still in the session storage, so try again after `retryAfterSeconds`, 1 to 60.
 */
export type HandOffResult =
  | { readonly outcome: 'none' }
  | { readonly outcome: 'admitted'; readonly admission: AdmissionView }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string }
  | { readonly outcome: 'later'; readonly retryAfterSeconds: number };

const KEY = 'fanfare_admission';
const ASK_AGAIN_SECONDS = 5;

/** In a frame whose browser blocks the storage of other sites, even to ask for it throws; nothing waits there. */
function storedText(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * Reads `sessionStorage.fanfare_admission` and sends it to `POST …/admission`. The entry is removed once the server has
 * answered for good, or when it is older than 30 minutes.
 */
export async function handOff({ routes = ROUTES }: HandOffOptions = {}): Promise<HandOffResult> {
  const text = storedText();
  if (text === null) return { outcome: 'none' };
  // eslint-disable-next-line no-restricted-globals -- compared with `storedAt`, which the same clock has written
  const stored = readStored(text, Date.now());
  const result = stored === undefined ? ({ outcome: 'none' } as const) : await send(routes, stored);
  if (result.outcome !== 'later') forget(text);
  return result;
}

async function send(routes: string, stored: object): Promise<HandOffResult> {
  const response = await fetch(routeAt(routes, 'admission'), {
    method: 'POST',
    // On another origin of the same site the browser would throw the session away without it.
    credentials: 'include',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(stored),
  }).catch(() => undefined);
  return (
    (response && (await verdictOf(response))) ?? {
      outcome: 'later',
      retryAfterSeconds: pauseSeconds(response, ASK_AGAIN_SECONDS),
    }
  );
}

/** Only an answer that bears the marks of ours counts: a proxy or a shop that is being deployed says 404 or 502, too. */
async function verdictOf(response: Response): Promise<HandOffResult | undefined> {
  const { admission, code, message } = await jsonOf(response);
  if (response.ok && admission !== undefined)
    return { outcome: 'admitted', admission: admission as AdmissionView };
  if (typeof code === 'string' && response.status < 500 && response.status !== 429)
    return { outcome: 'refused', code, message: String(message) };
  return undefined;
}

/** The experience may have stored another admission meanwhile. */
function forget(text: string): void {
  if (sessionStorage.getItem(KEY) === text) sessionStorage.removeItem(KEY);
}
