/** What a shopper with a session needs nothing of: loaded by the first token, the first refusal, or `ready()`. */
import type * as AdmitModule from './admit.js';
import type * as OutageModule from './in-outage.js';
import type * as RefuseModule from './refuse.js';

/* eslint-disable @typescript-eslint/no-require-imports -- not at import */
export function admitting(): typeof AdmitModule {
  return require('./admit.js') as typeof AdmitModule;
}

export function refusing(): typeof RefuseModule {
  return require('./refuse.js') as typeof RefuseModule;
}

export function outageRules(): typeof OutageModule {
  return require('./in-outage.js') as typeof OutageModule;
}
