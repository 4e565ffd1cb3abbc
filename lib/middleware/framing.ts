/** Which pages may show ours in a frame: `frame-ancestors`, put into whatever policy the shop sets itself. */
import type { Context } from './context.js';
import { asHeaders, headerPairs, type HeaderPair, listOf } from './head-arguments.js';
import type { Response } from './http.js';

const POLICY = 'Content-Security-Policy';

/** Lets the configured origins, and the shop itself, frame this answer. Does nothing for a checkout that is not embedded. */
export function allowFraming({ settings }: Context, res: Response): void {
  const { frameAncestors } = settings;
  if (frameAncestors === undefined || Object.hasOwn(res, FRAMED)) return;
  Object.defineProperty(res, FRAMED, { value: true });
  const writeHead = res.writeHead.bind(res) as (...args: readonly unknown[]) => Response;
  // Every head goes out through `writeHead`: the last moment to see the policy that a handler has set.
  res.writeHead = (...args: readonly unknown[]): Response => {
    const handed = args.flatMap((argument) => headerPairs(argument) ?? []).filter(isPolicy);
    const theirs =
      handed.length > 0 ? handed.flatMap(([, value]) => listOf(value)) : listOf(res.getHeader(POLICY));
    res.setHeader(POLICY, withAncestors(theirs.map(String), frameAncestors));
    return writeHead(...args.map(withoutPolicy));
  };
}

const FRAMED = Symbol('express-fanfare framing');

function withoutPolicy(argument: unknown): unknown {
  const pairs = headerPairs(argument);
  return pairs?.some(isPolicy) === true
    ? asHeaders(
        argument,
        pairs.filter((pair) => !isPolicy(pair)),
      )
    : argument;
}

function isPolicy([name]: HeaderPair): boolean {
  return name.toLowerCase() === POLICY.toLowerCase();
}

/**
 * The policies with our `frame-ancestors` in place of theirs; everything else they say stays. A browser enforces each of
 * several policies, so no other may keep one of its own.
 */
export function withAncestors(policies: readonly string[], frameAncestors: readonly string[]): string {
  const directive = `frame-ancestors 'self' ${frameAncestors.join(' ')}`;
  const [first, ...others] = policies.join(',').split(',').map(withoutAncestors).filter(isSaying);
  return [first === undefined ? directive : `${first}; ${directive}`, ...others].join(', ');
}

function withoutAncestors(policy: string): string {
  return policy
    .split(';')
    .map((directive) => directive.trim())
    .filter((directive) => isSaying(directive) && !/^frame-ancestors(\s|$)/i.test(directive))
    .join('; ');
}

function isSaying(text: string): boolean {
  return text !== '';
}
