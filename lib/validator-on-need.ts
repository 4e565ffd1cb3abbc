/** Asking Fanfare whether a token is good; nothing of it is loaded before the first token, or before `ready()`. */
import type { Validator, ValidatorOptions } from './validation/validator.js';
import type * as ValidatorModule from './validation/validator.js';

/** `warm()` loads what the first question would load. */
export function validatorOnNeed(options: ValidatorOptions): Validator & { warm(): void } {
  let made: Validator | undefined;
  const load = (): Validator => (made ??= validatorModule().createValidator(options));
  return {
    page: async (...given) => load().page(...given),
    submit: async (question) => load().submit(question),
    // Whoever has asked nothing keeps nothing, and pauses for nobody.
    kept: (question) => made?.kept(question),
    paused: () => made?.paused(),
    warm() {
      load();
    },
  };
}

function validatorModule(): typeof ValidatorModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first token, not at import
  return require('./validation/validator.js') as typeof ValidatorModule;
}
