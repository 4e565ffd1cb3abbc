/** `<fanfare-countdown>`: the time left to order, by the server's clock. */
import { move, show, standingNow } from './checkout.js';
import { CountdownView } from './countdown-view.js';
import { ROUTES } from './routes.js';
import { askTimeLimit, type TimeLimit } from './time-limit.js';
import { type Threshold, thresholdOf } from './time-left.js';

/** A page may be rendered on a server, where there are no elements. */
const Base = typeof HTMLElement === 'undefined' ? (Object as unknown as typeof HTMLElement) : HTMLElement;

const SECOND_MS = 1_000;
/** Seldom enough for a shop that is in trouble, with all its shoppers waiting. */
const ASK_AGAIN_MS = 15_000;
/** More than the clocks drift apart between two ticks of a page that is awake. */
const SLEPT_MS = 1_500;

class Countdown extends Base {
  static routes = ROUTES;

  readonly #view = new CountdownView(this);
  #id: string | undefined;
  #endsAt: number | undefined;
  #said: Threshold | undefined;
  #over = false;
  #questions = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #drift = 0;
  #connection: AbortController | undefined;

  connectedCallback(): void {
    this.#connection = new AbortController();
    this.#drift = drift();
    const ask = (): void => {
      if (!document.hidden) void this.#ask();
    };
    // The first comes up from the document, also when the page comes back from the browser's cache.
    for (const name of ['visibilitychange', 'focus', 'online']) addEventListener(name, ask, this.#connection);
    ask();
  }

  disconnectedCallback(): void {
    this.#connection?.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
  }

  /** The newest question counts: an earlier one may never be answered, or its answer have been slept through. */
  async #ask(): Promise<void> {
    clearTimeout(this.#again);
    if (this.#over) return;
    const question = ++this.#questions;
    const routes = this.getAttribute('routes') ?? Countdown.routes;
    const limit = await askTimeLimit(routes, this.getAttribute('admission-id') ?? this.#id);
    if (question !== this.#questions || !this.isConnected) return;
    // What is known is counted on meanwhile.
    if (limit === 'unknown') this.#again = setTimeout(() => void this.#ask(), ASK_AGAIN_MS);
    else this.#follow(limit);
  }

  #follow(limit: Exclude<TimeLimit, 'unknown'>): void {
    if (limit !== 'gone') {
      this.#id = limit.id;
      this.#endsAt = limit.endsAt;
    } else if (this.#endsAt !== undefined) this.#endsAt = performance.now();
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    if (this.#endsAt === undefined) {
      this.#view.showNothing();
      return;
    }
    const left = Math.max(0, this.#endsAt - performance.now());
    this.#show(Math.ceil(left / SECOND_MS));
    this.#askIfSlept();
    // An order that was sent in time is honoured, so its answer is waited for.
    if (left === 0 && standingNow() === 'open') this.#end();
    else
      this.#timer = setTimeout(
        () => {
          this.#tick();
        },
        left % SECOND_MS || SECOND_MS,
      );
  }

  #show(seconds: number): void {
    // The time of an order that was taken is of no interest any more; a page that comes back may be open again.
    if (standingNow() === 'sent') {
      this.#view.showNothing();
      return;
    }
    const threshold = thresholdOf(seconds);
    this.#view.showTime(seconds, threshold);
    if (threshold === undefined || threshold >= (this.#said ?? Infinity)) return;
    this.#said = threshold;
    this.#view.say(threshold);
  }

  /** A device that sleeps may stop the page's clock, but not its date. */
  #askIfSlept(): void {
    const now = drift();
    if (Math.abs(now - this.#drift) > SLEPT_MS) void this.#ask();
    this.#drift = now;
  }

  #end(): void {
    this.#over = true;
    const message = this.#view.showEnd();
    const detail = { admissionId: this.#id };
    const event = new CustomEvent('fanfare-expired', { bubbles: true, cancelable: true, detail });
    if (!this.dispatchEvent(event)) return;
    move('over');
    show(message);
    const experience = this.getAttribute('experience-url');
    if (experience !== null) location.replace(expired(experience));
  }
}

/** How far the device's date is ahead of the page's clock. */
function drift(): number {
  // eslint-disable-next-line no-restricted-globals -- an alarm that says the device slept, never a time
  return Date.now() - performance.now();
}

/** The reason is the one that the server gives in its own redirects. */
function expired(experience: string): string {
  const url = new URL(experience, document.baseURI);
  url.searchParams.set('fanfare', 'expired');
  return url.href;
}

/**
 * Defines `<fanfare-countdown>`, once. `routes`: where `fanfare.routes()` is mounted, unless the element's own `routes`
 * says; default `/fanfare`.
 */
export function defineCountdown({ routes = ROUTES }: { readonly routes?: string } = {}): void {
  if (customElements.get('fanfare-countdown') !== undefined) return;
  Countdown.routes = routes;
  customElements.define('fanfare-countdown', Countdown);
}
