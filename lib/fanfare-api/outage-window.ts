/** Whether Fanfare as a whole is failing, told by how its latest answers went: a plain value, and pure. */

/** JSON, so that it can be kept and handed on. */
export interface OutageWindow {
  /** The latest ones, the oldest first; `false` is a failure. */
  readonly answers: readonly boolean[];
}

/** Fewer tell nothing yet: a shop that has just started is not to stop at its first bad call. */
const SIZE = 20;

/** `undefined` is a window without a failure in it. */
export function afterSuccess(window: OutageWindow | undefined): OutageWindow | undefined {
  const answers = latest(window, true);
  return answers.includes(false) ? { answers } : undefined;
}

/** `failing`: stop sending, and find out with single calls when it is over. */
export function afterFailure(window: OutageWindow | undefined): {
  readonly window: OutageWindow;
  readonly failing: boolean;
} {
  const answers = latest(window, false);
  const failures = answers.filter((good) => !good).length;
  return { window: { answers }, failing: answers.length === SIZE && failures > SIZE / 2 };
}

function latest(window: OutageWindow | undefined, good: boolean): readonly boolean[] {
  return [...(window?.answers ?? []), good].slice(-SIZE);
}
