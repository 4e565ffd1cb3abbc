/** A terminal that writes into texts and is stopped by calling `stop`. */
import { ManualClock } from '../support/manual-clock.js';

export interface Setup {
  readonly environment?: Readonly<Record<string, string>>;
  /** What the person types when asked; absent: nobody is there. */
  readonly answer?: string;
  readonly clock?: ManualClock;
}

export function terminal({ environment = {}, answer, clock = new ManualClock() }: Setup = {}) {
  const written = { out: '', err: '', asked: '' };
  let stop: () => void = () => undefined;
  let printed: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const greeted = new Promise<void>((resolve) => (printed = resolve));
  const ask = (question: string): Promise<string> => {
    written.asked += question;
    return Promise.resolve(answer ?? '');
  };
  return {
    ...{ written, greeted, stop, clock, environment },
    ...(answer === undefined ? {} : { ask }),
    out(text: string) {
      written.out += text;
      printed();
    },
    err(text: string) {
      written.err += text;
    },
    stopped: () => stopped,
  };
}
