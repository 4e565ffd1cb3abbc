/** `express-fanfare/jwks`: checking signatures on the spot, for those who have a public key of Fanfare's. Needs jose. */
export { offlineVerifier } from './offline-verifier.js';
export type { OfflineVerifierOptions } from './offline-verifier.js';
export type { SignatureAlgorithm } from './keys.js';
export type { Moment, OfflineVerdict, OfflineVerifier } from '../validation/offline-verifier.js';
