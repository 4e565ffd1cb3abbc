/** Reading the options of `offlineVerifier`: each throws a `TypeError` that names the option and what it got. */
import { compact } from '../admission/compact.js';
import { isLoopback } from '../fanfare-api/base-url.js';
import { checkOptions, kindOf } from '../option-checks.js';
import { downloadKeys } from './download.js';
import { FetchedKeys } from './fetched-keys.js';
import { fixedKeys, type KeySource } from './key-source.js';
import { readKey, SIGNATURE_ALGORITHMS, type VerificationKey } from './keys.js';
import type { Fetched, OfflineVerifierOptions } from './offline-verifier.js';
import type { Rules } from './signature.js';

const CALL = 'offlineVerifier';
const RULES = ['algorithms', 'issuer', 'audience', 'clockToleranceSeconds'];
const TIMES = ['refreshSeconds', 'cooldownSeconds', 'staleSeconds'];
const LONGEST_SECONDS = 31_536_000;

/** The keys that the options name. */
export function readSource(options: OfflineVerifierOptions): KeySource {
  checkOptions(CALL, options, ['keys', 'jwksUrl', ...RULES, ...TIMES]);
  if ((options.keys === undefined) === (options.jwksUrl === undefined)) {
    throw new TypeError(`${CALL} takes either "keys" or "jwksUrl"`);
  }
  return options.jwksUrl === undefined ? readFixed(options) : readFetched(options);
}

function readFixed(options: OfflineVerifierOptions): KeySource {
  const strange = TIMES.find((name) => Object.hasOwn(options, name));
  if (strange !== undefined)
    throw new TypeError(`${CALL}: "${strange}" goes with "jwksUrl", not with "keys"`);
  const listed = listOf(options.keys);
  if (listed.length === 0) throw new TypeError(`${CALL}: "keys" holds no key`);
  return fixedKeys(listed.map(readListed));
}

function listOf(keys: unknown): readonly unknown[] {
  const listed =
    typeof keys === 'object' && keys !== null && 'keys' in keys && Array.isArray(keys.keys)
      ? keys.keys
      : keys;
  return Array.isArray(listed) ? (listed as readonly unknown[]) : [listed];
}

function readListed(source: unknown, index: number): VerificationKey {
  const key = readKey(source);
  if ('unfit' in key) throw new TypeError(`${CALL}: key ${index + 1} of "keys" ${key.unfit}`);
  return key;
}

function readFetched({ jwksUrl, refreshSeconds, cooldownSeconds, staleSeconds }: Fetched): KeySource {
  const url = readUrl(jwksUrl);
  return new FetchedKeys(() => downloadKeys(url), {
    refreshMs: 1_000 * readSeconds('refreshSeconds', refreshSeconds, 600, 1),
    cooldownMs: 1_000 * readSeconds('cooldownSeconds', cooldownSeconds, 30, 1),
    staleMs: 1_000 * readSeconds('staleSeconds', staleSeconds, 3_600, 0),
  });
}

function readUrl(value: unknown): URL {
  if (typeof value === 'string' && URL.canParse(value)) {
    const url = new URL(value);
    const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
    if (safe && url.username === '' && url.password === '') return url;
  }
  throw new TypeError(
    `${CALL}: "jwksUrl" must be an absolute https address without a password (http only for localhost, 127.0.0.0/8 and [::1]), got ${kindOf(value)}`,
  );
}

/** What a token has to satisfy besides its signature. */
export function readRules({
  algorithms = SIGNATURE_ALGORITHMS,
  issuer,
  audience,
  clockToleranceSeconds,
}: OfflineVerifierOptions): Rules {
  return {
    algorithms: readAlgorithms(algorithms),
    ...compact({ issuer: readTexts('issuer', issuer), audience: readTexts('audience', audience) }),
    clockToleranceSeconds: readSeconds('clockToleranceSeconds', clockToleranceSeconds, 5, 0),
  };
}

function readAlgorithms(value: unknown): readonly string[] {
  const isKnown = (name: unknown): boolean => SIGNATURE_ALGORITHMS.some((known) => known === name);
  if (Array.isArray(value) && value.length > 0 && value.every(isKnown)) return [...(value as string[])];
  throw new TypeError(
    `${CALL}: "algorithms" must be a list of some of ${SIGNATURE_ALGORITHMS.join(', ')}; those of shared secrets and "none" are never accepted`,
  );
}

function readTexts(name: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const texts = [value].flat();
  if (texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== ''))
    return texts as string[];
  throw new TypeError(`${CALL}: "${name}" must be a text or a list of texts, got ${kindOf(value)}`);
}

function readSeconds(name: string, value: unknown, preset: number, least: number): number {
  const seconds = value ?? preset;
  if (typeof seconds === 'number' && seconds >= least && seconds <= LONGEST_SECONDS) return seconds;
  throw new TypeError(
    `${CALL}: "${name}" must be a number of seconds of at least ${String(least)}, got ${kindOf(value)}`,
  );
}
