/** How an event is brought about. */
import type { FanfareEvent, FanfareOptions, RequestAdmission } from '../../lib/index.js';
import { type Browser, type Handler, until } from '../support/shop.js';
import type { TimedShop } from '../support/timed-shop.js';

export type Type = FanfareEvent['type'];

export interface Story {
  readonly brings: readonly Type[];
  readonly options?: Partial<FanfareOptions>;
  /** Default: does what the form's field `do` says. */
  readonly onSubmit?: Handler;
  readonly tell: (shop: TimedShop) => Promise<void>;
}

/** Moves time until it has been said. */
export async function reach(shop: TimedShop, type: Type, step = 1_000): Promise<void> {
  await until(async () => {
    if (shop.said().includes(type)) return true;
    await shop.clock.advance(step);
    return false;
  });
}

export async function admissionOf(browser: Browser): Promise<RequestAdmission> {
  return (await (await browser.visit('/checkout')).json()) as RequestAdmission;
}
