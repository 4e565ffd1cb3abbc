/** What the countdown shows and says. */
import { clockFace, type Threshold } from './time-left.js';

/** By constructed style sheet, which a strict Content-Security-Policy lets pass. */
const STYLE = `
[part=time]{font-variant-numeric:tabular-nums}
:host(:is(:not([state]),[state=expired])) :is([part=time],slot){display:none}
:host(:not([state=expired])) [part=status]{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`;

const STATES: Readonly<Record<Threshold, string>> = { 300: 'warning', 60: 'critical' };

export class CountdownView {
  readonly #host: HTMLElement;
  readonly #time = document.createElement('span');
  readonly #status = document.createElement('span');

  constructor(host: HTMLElement) {
    this.#host = host;
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const caption = document.createElement('slot');
    caption.textContent = ' left to order';
    this.#time.part.add('time');
    this.#status.part.add('status');
    // The one live region: the digits change each second and are read on demand only.
    this.#status.setAttribute('role', 'status');
    root.append(this.#time, caption, this.#status);
  }

  showTime(seconds: number, threshold: Threshold | undefined): void {
    this.#time.textContent = clockFace(seconds);
    this.#host.setAttribute('state', threshold === undefined ? 'open' : STATES[threshold]);
  }

  /** There is nothing to count. */
  showNothing(): void {
    this.#host.removeAttribute('state');
  }

  /** The message is seen and heard; returned for the forms. */
  showEnd(): string {
    this.#host.setAttribute('state', 'expired');
    return this.#say('expired-text', 'Your time to order is over.');
  }

  say(threshold: Threshold): void {
    if (threshold === 300) this.#say('five-minutes-text', 'Less than 5 minutes left to order.');
    else this.#say('one-minute-text', 'Less than one minute left to order.');
  }

  #say(attribute: string, usual: string): string {
    const text = this.#host.getAttribute(attribute) ?? usual;
    this.#status.textContent = text;
    return text;
  }
}
