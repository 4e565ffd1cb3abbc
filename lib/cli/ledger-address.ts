/** Where a ledger is, as an operator writes it. Pure. */
import type { Terminal } from './command.js';

export type LedgerAddress =
  | { readonly engine: 'sqlite'; readonly file: string }
  | { readonly engine: 'postgres'; readonly url: string; readonly options: { readonly schema?: string } }
  | { readonly engine: 'redis'; readonly url: string; readonly options: { readonly prefix?: string } };

/** The options that name a ledger, for `parseArgs`. */
export const ADDRESS_OPTIONS = {
  ledger: { type: 'string' },
  schema: { type: 'string' },
  prefix: { type: 'string' },
} as const;

export const ADDRESS_HELP = `  --ledger <address>  where the ledger is (default: the environment's FANFARE_LEDGER):
                        sqlite:<file>, or the path of the file
                        postgres://user:password@host/database
                        redis://host:6379, rediss://…
  --schema <name>     its schema in PostgreSQL, if it is not the default
  --prefix <text>     its key prefix in Redis, if it is not the default
`;

interface AddressOptions {
  readonly ledger?: string | undefined;
  readonly schema?: string | undefined;
  readonly prefix?: string | undefined;
}

/** Reads the address from `--ledger` or the first of `names` that the environment holds. Throws when there is none. */
export function readAddress(
  options: AddressOptions,
  environment: Terminal['environment'],
  names: readonly string[] = ['FANFARE_LEDGER'],
): LedgerAddress {
  const [from, text] = [
    ['--ledger', options.ledger] as const,
    ...names.map((name) => [name, environment[name]] as const),
  ].find(([, value]) => value) ?? ['', undefined];
  if (text === undefined)
    throw new Error(`Which ledger? Say --ledger <address>, or set ${names.join(' or ')}.`);
  const address = parsed(text, from, options);
  if (options.schema !== undefined && address.engine !== 'postgres') throw onlyFor('--schema', 'PostgreSQL');
  if (options.prefix !== undefined && address.engine !== 'redis') throw onlyFor('--prefix', 'Redis');
  return address;
}

function parsed(text: string, from: string, { schema, prefix }: AddressOptions): LedgerAddress {
  if (/^postgres(ql)?:\/\//i.test(text)) {
    return { engine: 'postgres', url: text, options: schema === undefined ? {} : { schema } };
  }
  if (/^rediss?:\/\//i.test(text)) {
    return { engine: 'redis', url: text, options: prefix === undefined ? {} : { prefix } };
  }
  const file = text.replace(/^sqlite:/i, '');
  const [scheme] = /^[\w+.-]+:\/\//.exec(file) ?? [];
  if (scheme !== undefined) throw new Error(`${from} starts with "${scheme}": there is no such ledger.`);
  if (file === '') throw new Error(`${from} names no file.`);
  return { engine: 'sqlite', file };
}

function onlyFor(option: string, engine: string): Error {
  return new Error(`${option} is for a ledger in ${engine} only.`);
}

/** The address as it may be shown. */
export function shown(address: LedgerAddress): string {
  return address.engine === 'sqlite' ? address.file : withoutPassword(address.url);
}

/** What makes a text fit to be shown, though it may repeat an address out of `sources`: arguments, environment. */
export function hidingPasswords(sources: readonly (string | undefined)[]): (text: string) => string {
  const addresses = sources
    .flatMap((source) => /[a-z][\w+.-]*:\/\/.*/is.exec(source ?? '') ?? [])
    .filter((address) => address !== withoutPassword(address));
  return (text) =>
    addresses.reduce((told, address) => told.replaceAll(address, () => withoutPassword(address)), text);
}

function withoutPassword(address: string): string {
  return address.replace(/(:\/\/[^:@/]*):.*@/s, '$1:***@').replace(/([?&]pass(?:word)?=)[^&#]*/gi, '$1***');
}
