/** A shop that the doctor watches, with the emulator on the other side. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type EmulatorOptions, type Emulator } from '../../lib/emulator/index.js';
import {
  createFanfare,
  type DoctorCode,
  type Fanfare,
  type FanfareEvent,
  type FanfareOptions,
  memoryLedger,
} from '../../lib/index.js';
import { Jar } from '../support/jar.js';
import '../support/warm.js';

export interface Stand {
  readonly emulator: Emulator;
  readonly fanfare: Fanfare;
  /** Another instance beside it. */
  another(options?: Partial<FanfareOptions>): Fanfare;
  /** Every `doctor.finding` so far. */
  said(): readonly (FanfareEvent & { readonly type: 'doctor.finding' })[];
  /** The codes of `fanfare.doctor()`. */
  found(): Promise<readonly DoctorCode[]>;
  serve(app: RequestListener, make?: (app: RequestListener) => Server): Promise<Jar>;
}

const closers: (() => Promise<unknown>)[] = [];

/** For `afterEach`. */
export async function closeStands(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export async function openStand(
  options: Partial<FanfareOptions> = {},
  clock: Pick<EmulatorOptions, 'clock'> = {},
): Promise<Stand> {
  const emulator = createEmulator(clock);
  const { url } = await emulator.listen();
  closers.push(() => emulator.close());
  const events: FanfareEvent[] = [];
  const another = (more: Partial<FanfareOptions> = {}): Fanfare => {
    const fanfare = createFanfare({
      organizationId: emulator.organizationId,
      secretKey: 'sk_test_emulator',
      api: { baseUrl: url },
      session: { secrets: ['a session secret for tests, long enough'] },
      ledger: memoryLedger({ allowInProduction: true }),
      orderUrl: (id) => `/orders/${id}`,
      findOrder: () => undefined,
      onEvent: (event) => events.push(event),
      ...more,
    });
    closers.push(() => fanfare.close());
    return fanfare;
  };
  const fanfare = another(options);
  return {
    ...{ emulator, fanfare, another },
    said: () => events.filter((event) => event.type === 'doctor.finding'),
    found: async () => (await fanfare.doctor()).map(({ code }) => code),
    async serve(app, make = createServer) {
      const server = make(app).listen(0, '127.0.0.1');
      await once(server, 'listening');
      closers.push(async () => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      });
      return new Jar(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    },
  };
}
