/** Our cookies on an answer: beside those of others, and there to stay, whatever a handler does with `Set-Cookie`. */
import { asHeaders, headerPairs, type HeaderPair, listOf } from './head-arguments.js';
import type { Response } from './http.js';

type Lines = Map<string, string>;
type LinesHolder = Response & Record<symbol, Lines | undefined>;

const LINES = Symbol('express-fanfare cookies');

/** Puts a line beside the cookies of other middlewares, in place of an earlier line for the same cookie. */
export function putCookie(res: Response, name: string, line: string): void {
  const lines = linesOf(res as LinesHolder);
  lines.set(name, line);
  merge(res, lines);
  // A shared cache that kept this answer would hand one shopper's session to all.
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'private, no-store');
}

function linesOf(res: LinesHolder): Lines {
  return (res[LINES] ??= keepUntilHead(res));
}

/** Every head goes out through `writeHead`: the last moment to put back what a handler replaced. */
function keepUntilHead(res: Response): Lines {
  const lines: Lines = new Map();
  const writeHead = res.writeHead.bind(res) as (...args: readonly unknown[]) => Response;
  res.writeHead = (...args: readonly unknown[]): Response => {
    merge(res, lines);
    return writeHead(...args.map((arg) => withLines(arg, lines)));
  };
  return lines;
}

function merge(res: Response, lines: Lines): void {
  const others = listOf(res.getHeader('Set-Cookie'))
    .map(String)
    .filter((other) => !lines.has(nameIn(other)));
  res.setHeader('Set-Cookie', [...others, ...lines.values()]);
}

function nameIn(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf('=')));
}

/** Headers that name cookies of their own would replace the ones that are set, so ours join them. */
function withLines(argument: unknown, lines: Lines): unknown {
  const pairs = headerPairs(argument);
  const theirs = pairs?.filter(isSetCookie).flatMap(([, value]) => listOf(value)) ?? [];
  if (pairs === undefined || theirs.length === 0) return argument;
  const joined = ['Set-Cookie', [...theirs, ...lines.values()]] as const;
  return asHeaders(argument, [...pairs.filter((pair) => !isSetCookie(pair)), joined]);
}

function isSetCookie([name]: HeaderPair): boolean {
  return name.toLowerCase() === 'set-cookie';
}
