/** What is said, for the merchant's listener and for parts that are loaded only where they are used. */
import type { OnEvent } from './events.js';

export interface EventTap {
  readonly emit: OnEvent;
  /** Hears everything from now on; must not throw. */
  readonly listen: (listener: OnEvent) => void;
}

export function tapped(told: OnEvent): EventTap {
  const listeners: OnEvent[] = [told];
  return {
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    listen: (listener) => void listeners.push(listener),
  };
}
