/** The one door to cockatiel, which is loaded on the first call: a shop that only shows pages never needs it. */
import type * as Cockatiel from 'cockatiel';

let loaded: typeof Cockatiel | undefined;

export function loadCockatiel(): typeof Cockatiel {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on the first call, not at import
  return (loaded ??= require('cockatiel') as typeof Cockatiel);
}
