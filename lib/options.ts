/** The merchant's options, checked once and completed from the environment. */
import { compact } from './admission/compact.js';
import { type CheckedApi, readApi } from './api-options.js';
import type { Clock } from './clock.js';
import type { WorkParts } from './completion/work.js';
import type { DoctorSettings } from './doctor/doctor.js';
import { type OnEvent, warnOnStderr } from './events.js';
import type { FanfareOptions } from './fanfare-options.js';
import type { SecretKey } from './fanfare-api/secret-key.js';
import type { Ledger } from './ledger/ledger.js';
import { readHandoffOptions } from './handoff-options.js';
import type { Handoff, Settings } from './middleware/context.js';
import { AN_ID, readList } from './middleware/guard-options.js';
import type { Telemetry } from './observer.js';
import { checkOptions } from './option-checks.js';
import { readCeiling, readFingerprintHeader, readMode } from './protection-options.js';
import {
  milliseconds,
  readClock,
  readDelivery,
  readDoctor,
  readExperienceUrl,
  readFunction,
  readInsecure,
  readLedger,
  readOfflineVerifier,
  readOrganization,
  readSecretKey,
  readSecrets,
  readTokenNames,
} from './option-readers.js';
import { readOrigins } from './origin-options.js';
import { readLatePayment } from './order-options.js';
import { readOutagePolicy } from './outage-options.js';
import { readTelemetry } from './telemetry-option.js';

/** The environment variables that stand in for options. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options, checked and complete. */
export interface CheckedOptions extends CheckedApi, Pick<FanfareOptions, 'findOrder' | 'offlineVerifier'> {
  readonly settings: Settings;
  readonly secretKey: SecretKey;
  readonly secrets: readonly string[];
  readonly handoffSecrets: readonly string[];
  readonly insecure: boolean;
  readonly ledger: Ledger;
  readonly onEvent: OnEvent;
  readonly telemetry?: Telemetry;
  readonly delivery: WorkParts['delivery'];
  readonly latePayment: WorkParts['latePayment'];
  readonly doctor: DoctorSettings;
  readonly clock: Clock;
  /** Absent: any number. */
  readonly coldPerMinute?: number;
  readonly handoff?: Handoff;
}

const NAMES: readonly (keyof FanfareOptions)[] = [
  'organizationId',
  'secretKey',
  'api',
  'experienceUrl',
  'experienceOrigins',
  'orderUrl',
  'session',
  'handoff',
  'ledger',
  'validation',
  'offlineVerifier',
  'coldValidationsPerMinute',
  'clientKey',
  'fingerprintHeader',
  'onFanfareUnavailable',
  'maxUnverified',
  'distributionIds',
  'consumerOf',
  'findOrder',
  'mode',
  'onRefused',
  'onEvent',
  'telemetry',
  'orderGraceSeconds',
  'latePayment',
  'pendingSeconds',
  'maxClaimSeconds',
  'deliveriesPerMinute',
  'deliveries',
  'overdueSeconds',
  'onOverdue',
  'tokenNames',
  'doctor',
  'clock',
];
const CALL = 'createFanfare';
const OPTIONAL_FUNCTIONS = ['orderUrl', 'consumerOf', 'onRefused', 'clientKey'] as const;

/** Checks everything a merchant can get wrong before the first request. */
export function readOptions(options: FanfareOptions, environment: Environment): CheckedOptions {
  checkOptions(CALL, options, NAMES);
  const { session = {} } = options;
  checkOptions(`${CALL}: "session"`, session, ['secrets', 'insecure', 'embedded', 'maxSeconds']);
  const secretKey = readSecretKey(options.secretKey ?? environment['FANFARE_SECRET_KEY']);
  const settings = readSettings(options, environment);
  const secrets = readSecrets(session.secrets ?? environment['FANFARE_SESSION_SECRET']);
  return {
    settings,
    secretKey,
    secrets,
    ...readHandoffOptions(options.handoff, secrets),
    insecure: readInsecure(session.insecure, secretKey),
    ...readApi(options.api, environment),
    ledger: readLedger(options.ledger),
    ...compact({ findOrder: readFunction('findOrder', options.findOrder) }),
    ...readOfflineVerifier(options.offlineVerifier),
    ...readCeiling(options.coldValidationsPerMinute),
    onEvent: readFunction('onEvent', options.onEvent) ?? warnOnStderr,
    ...readTelemetry(options.telemetry),
    delivery: readDelivery(options),
    latePayment: readLatePayment(options.latePayment),
    doctor: readDoctor(options.doctor),
    clock: readClock(options.clock),
  };
}

function readSettings(options: FanfareOptions, environment: Environment): Settings {
  const organizationId =
    options.organizationId ?? environment['FANFARE_ORGANIZATION_ID'] ?? environment['FANFARE_ORG_ID'];
  for (const name of OPTIONAL_FUNCTIONS) readFunction(name, options[name]);
  const { orderUrl, consumerOf, onRefused, clientKey } = options;
  return {
    organizationId: readOrganization(organizationId),
    mode: readMode(options.mode),
    experienceUrl: readExperienceUrl(options.experienceUrl ?? '/experience'),
    ...readOrigins(options),
    ...compact({ orderUrl, consumerOf, onRefused, clientKey }),
    ...compact({ distributionIds: readList(CALL, 'distributionIds', options.distributionIds, AN_ID) }),
    ...readFingerprintHeader(options.fingerprintHeader),
    names: readTokenNames(options.tokenNames ?? {}),
    hasFindOrder: options.findOrder !== undefined,
    ...readOutagePolicy(options),
    ...readTimes(options),
  };
}

type Times = 'maxSessionMs' | 'orderGraceMs' | 'submitMaxAgeMs' | 'pendingMs' | 'maxClaimMs';

function readTimes(options: FanfareOptions): Pick<Settings, Times> {
  const { validation = {}, session } = options;
  checkOptions(`${CALL}: "validation"`, validation, ['submitMaxAgeSeconds']);
  return {
    maxSessionMs: milliseconds('session.maxSeconds', session?.maxSeconds, 1_800, 1),
    orderGraceMs: milliseconds('orderGraceSeconds', options.orderGraceSeconds, 900, 0),
    submitMaxAgeMs: milliseconds('validation.submitMaxAgeSeconds', validation.submitMaxAgeSeconds, 0, 0),
    pendingMs: milliseconds('pendingSeconds', options.pendingSeconds, 1_800, 1),
    maxClaimMs: milliseconds('maxClaimSeconds', options.maxClaimSeconds, 600, 1),
  };
}
