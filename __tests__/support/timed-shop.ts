/** A shop whose time the test moves: the same clock for Fanfare, the ledger and us. */
import type { ServerResponse } from 'node:http';
import { createEmulator } from '../../lib/emulator/index.js';
import { type Ledger, memoryLedger, type RequestAdmission } from '../../lib/index.js';
import { ManualClock } from './manual-clock.js';
import { type Handler, openShop, type Shop, type ShopSetup } from './shop.js';

export interface TimedShop extends Shop {
  readonly clock: ManualClock;
  /** The types of all events so far. */
  said(): readonly string[];
}

export async function openTimedShop({ options = {}, ...setup }: ShopSetup): Promise<TimedShop> {
  const clock = new ManualClock(Date.now());
  const emulator = createEmulator({ clock });
  const { url } = await emulator.listen();
  const ledger = memoryLedger({ clock });
  const shop = await openShop({
    ...setup,
    emulator,
    options: { clock, ledger, ...options, api: { baseUrl: url } },
  });
  return {
    ...shop,
    clock,
    said: () => shop.events.map(({ type }) => type),
    async close() {
      await shop.close();
      await emulator.close();
    },
  };
}

/** A handler that waits until the test answers for it. */
export class Waiting {
  readonly runs: { readonly admission: RequestAdmission; readonly res: ServerResponse }[] = [];
  readonly handler: Handler = (req, res) => {
    this.runs.push({ admission: req.admission!, res });
  };
}

export const AWAY = (): Promise<never> => Promise.reject(new Error('the disk is away'));

/** Makes one step of a ledger hang; each call goes through when it is let go, in order. */
export function stall(ledger: Ledger, step: 'find' | 'claim' | 'settle'): (() => Promise<unknown>)[] {
  const calls: (() => Promise<unknown>)[] = [];
  const original = ledger[step].bind(ledger) as (...args: unknown[]) => Promise<never>;
  ledger[step] = (...args: unknown[]): Promise<never> =>
    new Promise((resolve, reject) => {
      calls.push(async () => {
        const done = original(...args);
        done.then(resolve, reject);
        await done;
      });
    });
  return calls;
}
