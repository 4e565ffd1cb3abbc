/** What the wings are given, and their end. */
import type { Context } from './middleware/context.js';
import type { Backstage } from './middleware/backstage.js';
import type { CheckedOptions } from './options.js';

export function createBackstage(
  { settings, ledger }: CheckedOptions,
  { clock, emit, keyring }: Context,
): { readonly backstage: Backstage; readonly stop: () => Promise<void> } {
  const stops: (() => Promise<void>)[] = [];
  const { organizationId } = settings;
  return {
    backstage: {
      ...{ organizationId, ledger, clock, emit, keyring, random: Math.random },
      onClose: (stop) => void stops.push(stop),
    },
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
