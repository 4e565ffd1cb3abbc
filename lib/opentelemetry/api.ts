/** The one door to `@opentelemetry/api`, an optional peer: loaded when telemetry is made. */
import type * as Api from '@opentelemetry/api';

export type { Api };

/** Throws an error that says what to install when it is not there. */
export function loadApi(load: NodeJS.Require = require): typeof Api {
  try {
    return load('@opentelemetry/api') as typeof Api;
  } catch (cause) {
    throw new Error(
      'openTelemetry needs the package @opentelemetry/api, which is not installed. Install it: npm install @opentelemetry/api@1',
      { cause },
    );
  }
}
