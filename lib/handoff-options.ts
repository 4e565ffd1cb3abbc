/** Reading the option `handoff`: throws a `TypeError` that names what is wrong with it. */
import type { HandoffOptions } from './middleware/handoff.js';
import type { Handoff } from './middleware/context.js';
import { checkOptions, kindOf } from './option-checks.js';
import { readSecretList } from './option-readers.js';
import { isOrigin } from './origin-options.js';
import { createKeyring } from './tokens/keyring.js';

const CALL = 'createFanfare: "handoff"';

/** `sessionSecrets`: none of them may sign a link, since another domain knows what does. */
export function readHandoffOptions(
  options: HandoffOptions | undefined,
  sessionSecrets: readonly string[],
): { readonly handoff?: Handoff; readonly handoffSecrets: readonly string[] } {
  if (options === undefined) return { handoffSecrets: [] };
  checkOptions(CALL, options, ['secrets', 'destinations', 'origin']);
  const secrets = readSecretList('handoff.secrets', options.secrets);
  if (secrets.some((secret) => sessionSecrets.includes(secret))) {
    throw new TypeError('"handoff.secrets" must not hold a session secret: the other domain would know it');
  }
  const { destinations = [], origin } = options;
  if (!Array.isArray(destinations)) {
    throw new TypeError(`"handoff.destinations" must be a list of origins, got ${kindOf(destinations)}`);
  }
  return {
    handoffSecrets: secrets,
    handoff: {
      keyring: createKeyring(secrets),
      destinations: new Set(destinations.map((one) => readOrigin('handoff.destinations', one))),
      ...(origin === undefined ? {} : { origin: readOrigin('handoff.origin', origin) }),
      shown: new WeakMap(),
    },
  };
}

/** An exact origin, https except on loopback, as browsers spell it. */
function readOrigin(option: string, value: unknown): string {
  if (isOrigin(value)) return value;
  throw new TypeError(
    `"${option}" must be an exact origin such as "https://pay.example" (http only on this machine), without a path, a slash at its end or a "*", got ${kindOf(value)}`,
  );
}
