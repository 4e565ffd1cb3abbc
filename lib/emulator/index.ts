/** `express-fanfare/emulator`: a local Fanfare for development and tests. */
export { createEmulator } from './create-emulator.js';
export type { Emulator } from './create-emulator.js';
export type { AdmissionState, AdmissionView } from './admission-record.js';
export type {
  AuctionDistribution,
  Distribution,
  DistributionType,
  DrawDistribution,
  Experience,
  QueueDistribution,
  TimedReleaseDistribution,
} from './experiences.js';
export type { Fault, Faults, FaultTarget, RetryAfterForm, SimpleFault, StatusFault } from './faults.js';
export type { Minted, MintOptions } from './mint.js';
export type { RequestView } from './request-log.js';
export type { EmulatorOptions, EmulatorSwitches } from './settings.js';
