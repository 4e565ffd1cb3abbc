/** Reads the emulator's options once; afterwards they are only looked up. */
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import { kindOf } from './answers.js';
import { checkExperiences } from './check-experiences.js';
import { demoExperiences } from './experiences.js';
import type { Experience } from './experiences.js';

/** What the vendor's pages leave open, so that a client can be tested against each reading. */
export interface EmulatorSwitches {
  /**
   * A second complete of one admission: 200 with the same state, 409, or 400 with a message that contains "already
   * completed". Default `bad_request`.
   */
  readonly secondCompletion?: 'same' | 'conflict' | 'bad_request';
  /** Validate of a used admission: a plain no, or 403. Default `false`. */
  readonly validateAfterComplete?: 'false' | 'forbidden';
  /** Validate of an expired admission: a plain no, or 403. Default `false`. */
  readonly expired?: 'false' | 'forbidden';
  /** Complete of an expired admission: accepted, or 400. Default `accept`. */
  readonly completeAfterExpiry?: 'accept' | 'refuse';
}

export interface EmulatorOptions extends EmulatorSwitches {
  /** Default `org_emulator`. */
  readonly organizationId?: string;
  /** Default `sk_test_emulator`. A live key is refused: it has no business on a developer's machine. */
  readonly secretKey?: string;
  /** Default `pk_test_emulator`. */
  readonly publishableKey?: string;
  /** Default: one demo experience of each distribution type. */
  readonly experiences?: readonly Experience[];
  /** Seconds an admission lasts where its distribution says nothing else. Default 600. */
  readonly admissionSeconds?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Decides draws: 0 to below 1. Default `Math.random`. */
  readonly random?: () => number;
}

export type Settings = Readonly<Required<EmulatorOptions>>;

const CHOICES = {
  secondCompletion: ['bad_request', 'same', 'conflict'],
  validateAfterComplete: ['false', 'forbidden'],
  expired: ['false', 'forbidden'],
  completeAfterExpiry: ['accept', 'refuse'],
} as const;

const DEFAULTS: Settings = {
  organizationId: 'org_emulator',
  secretKey: 'sk_test_emulator',
  publishableKey: 'pk_test_emulator',
  experiences: demoExperiences,
  admissionSeconds: 600,
  clock: systemClock,
  random: Math.random,
  secondCompletion: 'bad_request',
  validateAfterComplete: 'false',
  expired: 'false',
  completeAfterExpiry: 'accept',
};

/** Options with their defaults; throws a `TypeError` that names the option and what is wrong with it. */
export function readSettings(options: EmulatorOptions): Settings {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new TypeError(`Unknown option "${name}"; the emulator knows ${Object.keys(DEFAULTS).join(', ')}`);
    }
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: Settings = { ...DEFAULTS, ...given };
  if (typeof (settings.organizationId as unknown) !== 'string' || settings.organizationId === '') {
    throw new TypeError(`"organizationId" must be a text, got ${kindOf(settings.organizationId)}`);
  }
  checkKey('secretKey', settings.secretKey, 'sk');
  checkKey('publishableKey', settings.publishableKey, 'pk');
  for (const [name, words] of Object.entries(CHOICES))
    checkChoice(settings, name as keyof typeof CHOICES, words);
  checkExperiences(settings.experiences);
  if (!Number.isFinite(settings.admissionSeconds) || settings.admissionSeconds <= 0) {
    throw new TypeError('"admissionSeconds" must be a number above 0');
  }
  return Object.freeze(settings);
}

/** Refuses live keys and keys of the other kind; the message never holds the key. */
export function checkKey(name: string, key: unknown, prefix: 'sk' | 'pk'): void {
  if (typeof key !== 'string' || key === '') {
    throw new TypeError(`"${name}" must be a text, got ${kindOf(key)}`);
  }
  if (/^(sk|pk)_live_/.test(key)) {
    throw new TypeError(
      `"${name}" is a live key: the emulator stands in for Fanfare and must never see one. Use a ${prefix}_test_ key.`,
    );
  }
  if (key.startsWith(prefix === 'sk' ? 'pk_' : 'sk_')) {
    throw new TypeError(`"${name}" must start with ${prefix}_: this is a key of the other kind`);
  }
}

function checkChoice(settings: Settings, name: keyof typeof CHOICES, words: readonly string[]): void {
  if (words.includes(settings[name])) return;
  throw new TypeError(`"${name}" must be one of ${words.join(', ')}, got ${kindOf(settings[name])}`);
}
