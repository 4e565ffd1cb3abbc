/** The page's one checkout: how its order stands, shown on the forms that asked for it (`data-fanfare-checkout`). */

/**
 * `open`: the shopper may order. `sending`: an order attempt is under way. `sent`: the server has taken it. `over`: the
 * time has run out without one.
 */
export type Standing = 'open' | 'sending' | 'sent' | 'over';

type Control = HTMLElement & { disabled: boolean; readonly type: string };

const FORMS = 'form[data-fanfare-checkout]';
const MESSAGE = 'data-fanfare-message';
/** Those that we disabled: what the page itself disabled stays so. */
const locked = new Set<Control>();
let standing: Standing = 'open';
let focused: Control | null = null;

export function standingNow(): Standing {
  return standing;
}

export function isGuarded(target: EventTarget | null): target is HTMLFormElement {
  return target instanceof HTMLFormElement && target.matches(FORMS);
}

/** Changes the standing; {@link show} puts it on the page. */
export function move(next: Standing): void {
  standing = next;
  warnOfLeaving();
}

/** Brings the forms in line with the standing. `message`: why they are closed. */
export function show(message?: string): void {
  unlock();
  for (const form of guardedForms()) {
    form.setAttribute('data-fanfare-checkout', standing);
    form.setAttribute('aria-busy', String(standing === 'sending'));
    if (standing !== 'open') lock(form);
    if (message !== undefined) tell(form, message);
  }
}

/** Asks before the shopper leaves an open checkout. Else there is no listener, which could keep the page out of the cache. */
export function warnOfLeaving(): void {
  if (standing === 'open' && guardedForms().length > 0) addEventListener('beforeunload', warn);
  else removeEventListener('beforeunload', warn);
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function guardedForms(): NodeListOf<HTMLFormElement> {
  return document.querySelectorAll<HTMLFormElement>(FORMS);
}

function lock(form: HTMLFormElement): void {
  // What cannot be disabled, such as an output, takes no notice.
  for (const control of form.elements as Iterable<Element> as Iterable<Control>) {
    if (control.disabled || (standing !== 'over' && control.type !== 'submit')) continue;
    if (control === document.activeElement) focused = control;
    control.disabled = true;
    locked.add(control);
  }
}

/** A disabled control loses the focus, and who uses a keyboard their place. */
function unlock(): void {
  for (const control of locked) control.disabled = false;
  locked.clear();
  if (standing !== 'open') return;
  if (document.activeElement === document.body) focused?.focus();
  focused = null;
}

function tell(form: HTMLFormElement, message: string): void {
  const there = form.querySelector<HTMLElement>(`[${MESSAGE}]`);
  const note = there ?? document.createElement('p');
  note.hidden = false;
  note.textContent = message;
  if (there !== null) return;
  note.setAttribute(MESSAGE, '');
  form.prepend(note);
}
