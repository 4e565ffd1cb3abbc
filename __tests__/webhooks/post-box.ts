/** A shop with one receiver, posted to by whoever signs. */
import { createHmac } from 'node:crypto';
import type { Fanfare, FanfareEvent, FanfareOptions, Ledger, Middleware } from '../../lib/index.js';
import { memoryLedger } from '../../lib/index.js';
import { ManualClock } from '../support/manual-clock.js';
import type { Emulator } from '../../lib/emulator/index.js';
import { listen, listenerOf, openStage, type Route, type ServerKind } from '../support/servers.js';

export const WEBHOOK_SECRET = 'whsec_test';
export const TRIPLE = { distributionType: 'queue', distributionId: 'queue_1', consumerId: 'cons_1' } as const;

export interface PostBox {
  readonly fanfare: Fanfare;
  readonly emulator: Emulator;
  readonly ledger: Ledger;
  readonly clock: ManualClock;
  readonly events: FanfareEvent[];
  readonly url: string;
  readonly post: (body: string | Buffer, headers?: Record<string, string>) => Promise<Response>;
  /** The events of one type so far. */
  readonly said: (type: FanfareEvent['type']) => FanfareEvent[];
  /** Resolves when nothing that was accepted is left to do, or to be tried later. */
  readonly settled: () => Promise<void>;
}

export interface PostBoxSetup {
  readonly receiver: (fanfare: Fanfare) => Middleware;
  readonly kind?: ServerKind;
  readonly before?: readonly Route[];
  readonly ledger?: (clock: ManualClock) => Ledger;
  readonly options?: Partial<FanfareOptions>;
}

export async function openPostBox(setup: PostBoxSetup): Promise<PostBox> {
  const { receiver, kind = 'Express 5', before = [], options = {} } = setup;
  const clock = new ManualClock(1_700_000_000_000);
  const ledger = (setup.ledger ?? ((time) => memoryLedger({ clock: time })))(clock);
  const { fanfare, emulator, events } = await openStage(
    { ledger, clock, deliveries: 'manual', ...options },
    { clock },
  );
  const url = await listen(listenerOf(kind, [...before, { path: '/hook', use: [receiver(fanfare)] }]));
  return {
    ...{ fanfare, emulator, ledger, clock, events, url },
    post: (body, headers = {}) =>
      fetch(`${url}/hook`, {
        method: 'POST',
        body: new Uint8Array(Buffer.from(body)),
        headers: { 'Content-Type': 'application/json', ...headers },
      }),
    said: (type) => events.filter((event) => event.type === type),
    settled: () =>
      until(async () => {
        const open = await ledger.openNotes('webhook', 100);
        const failed = events.filter(({ type }) => type === 'webhook.failed').length;
        return open.every(({ uses }) => uses > 0 && uses <= failed);
      }),
  };
}

/** Waits for a condition, however slow the machine is; jest's own limit is the only one. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function hexOf(signed: string, secret = WEBHOOK_SECRET): string {
  return createHmac('sha256', secret).update(signed).digest('hex');
}

export function base64Of(signed: string, secret = WEBHOOK_SECRET): string {
  return createHmac('sha256', secret).update(signed).digest('base64');
}

/** Headers of the default scheme, signed at the clock's time. */
export function timestamped(body: string, now: number, secret = WEBHOOK_SECRET): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  return {
    'X-Fanfare-Timestamp': timestamp,
    'X-Fanfare-Signature': `sha256=${hexOf(`${timestamp}.${body}`, secret)}`,
  };
}
