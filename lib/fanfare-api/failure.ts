/** Names for what went wrong, fit for a log: codes and class names, never messages, which may quote what was sent. */

/** A call that brought no HTTP answer. */
export interface Failure {
  /** One short line, safe to log. */
  readonly failed: string;
  /** True when the request surely never left this machine. */
  readonly unsent?: true;
  /** True when the other side or the way there is the reason: nothing of ours, and nothing that was sent. */
  readonly away?: true;
  /** Our own settings are to blame: how. */
  readonly misconfigured?: string;
}

const CODE = /^[A-Z][A-Z0-9_]{1,60}$/;
const NAME = /^[A-Za-z]{1,60}$/;

/** The `code` of an error, else its `name`. */
export function errorName(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && CODE.test(code)) return code;
  return typeof name === 'string' && NAME.test(name) ? name : 'unknown error';
}
