/** A checkout in a frame and the page around it: how the one tells the other that it is over, and who is believed. */

const COMPLETE = 'checkout-complete';
const EXPIRED = 'checkout-expired';

/** In the frame: there is an order. `parents`: the exact origins that may hear of it. */
export function announceCheckoutComplete(orderId: string, parents: readonly string[]): void {
  announce({ type: COMPLETE, orderId }, parents);
}

/** In the frame: the time is over, and there is no order. `parents`: the exact origins that may hear of it. */
export function announceCheckoutExpired(parents: readonly string[]): void {
  announce({ type: EXPIRED }, parents);
}

/** The browser drops a message for another origin than the parent's, so each may be tried. Does nothing outside a frame. */
function announce(message: object, parents: readonly string[]): void {
  for (const parent of parents) checkOrigin(parent);
  if (window.parent === window) return;
  for (const parent of parents) window.parent.postMessage(message, parent);
}

export interface WatchOptions {
  /** The shop's exact origin, such as `https://shop.example`. */
  readonly origin: string;
  readonly onComplete?: (order: { readonly orderId: string }) => void;
  readonly onExpired?: () => void;
}

/**
 * On the page around: calls back when the checkout in `frame` says how it ended. Only that frame is believed, and only
 * while it shows a page of `origin`. Returns what stops it. Throws a `TypeError` for what is no exact origin.
 */
export function watchCheckout(frame: HTMLIFrameElement, options: WatchOptions): () => void {
  const { origin } = options;
  checkOrigin(origin);
  const hear = ({ origin: from, source, data }: MessageEvent<unknown>): void => {
    if (from === origin && source !== null && source === frame.contentWindow) callBack(data, options);
  };
  addEventListener('message', hear);
  return () => {
    removeEventListener('message', hear);
  };
}

function callBack(data: unknown, { onComplete, onExpired }: WatchOptions): void {
  const { type, orderId } = Object(data) as Readonly<Record<string, unknown>>;
  if (type === EXPIRED) onExpired?.();
  if (type === COMPLETE && typeof orderId === 'string') onComplete?.({ orderId });
}

/** `*`, `/` and the like would let anybody hear, or be believed. */
function checkOrigin(origin: string): void {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    throw new TypeError(`"${origin}" is no exact origin, such as "https://shop.example"`);
}
