/** Who hears of events: the merchant's listener, their telemetry, and whoever subscribes to the diagnostics channel. */
import { channel } from 'node:diagnostics_channel';
import type { FanfareEvent, OnEvent } from './events.js';
import type { Observer } from './observer.js';

/** The `node:diagnostics_channel` on which every instance of this process publishes its events. */
const events = channel('express-fanfare:event');

/** Makes the one function through which an instance speaks. The listeners must not throw. */
export function createTeller(listener: OnEvent, observer: Pick<Observer, 'heard'>): OnEvent {
  return (event: FanfareEvent) => {
    listener(event);
    observer.heard(event);
    if (events.hasSubscribers) events.publish(event);
  };
}
