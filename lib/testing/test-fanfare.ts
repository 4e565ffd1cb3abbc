/** A Fanfare for a merchant's own tests: in this process, with time to move and faults to script. */
import { createEmulator, type Emulator } from '../emulator/create-emulator.js';
import type { AdmissionView } from '../emulator/admission-record.js';
import type { Minted, MintOptions } from '../emulator/mint.js';
import type { EmulatorOptions } from '../emulator/settings.js';
import type { Ledger } from '../ledger/ledger.js';
import { memoryLedger } from '../ledger/memory.js';
import { type AdmittingFanfare, type CookieAgent, cookieHeader, handedOver, keep } from './admitted.js';
import { completed, type SoughtOrder } from './expect-completed.js';
import { TestClock } from './test-clock.js';

export type TestFanfareOptions = Omit<EmulatorOptions, 'clock'>;

/** What to spread into `createFanfare`. A ledger of your own goes behind it. */
export interface FanfareTestOptions {
  readonly organizationId: string;
  readonly secretKey: string;
  readonly api: { readonly baseUrl: string };
  readonly session: { readonly secrets: readonly string[]; readonly insecure: true };
  readonly ledger: Ledger;
  readonly clock: TestClock;
  readonly doctor: false;
}

export interface TestFanfare {
  /** In memory, over plain http, on `clock`; the ledger is a new one each time this is read. */
  readonly options: FanfareTestOptions;
  /** The same for a shop in a process of its own, as `FANFARE_…` variables; its time is the machine's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: TestClock;
  /** What to make go wrong: `faults.once({ kind: 'status', status: 500, on: 'complete' })`. */
  readonly faults: Emulator['faults'];
  readonly emulator: Emulator;
  /** An admission and a token for it; default: of the queue `queue_1`, for a new consumer. */
  mintAdmissionToken(mint?: Partial<MintOptions>): Minted;
  /**
   * Resolves to the agent, which holds a valid session from then on. Rejects when the admission is refused, for instance
   * because it is one that `fanfare` does not take.
   */
  admitted<Agent extends CookieAgent>(
    agent: Agent,
    fanfare: AdmittingFanfare,
    mint?: Partial<MintOptions>,
  ): Promise<Agent>;
  /** The same as a `Cookie` header, for any other client. */
  admittedCookie(fanfare: AdmittingFanfare, mint?: Partial<MintOptions>): Promise<string>;
  /**
   * Resolves to the admission as Fanfare keeps it, once it has heard that this order, or one of this consumer, used it. Rejects with an
   * `AssertionError`, which says what Fanfare has heard instead, after `withinMs`; default 5,000, by the machine's clock.
   */
  expectCompleted(order: SoughtOrder, options?: { readonly withinMs?: number }): Promise<AdmissionView>;
  /** Stops the emulator; close what you made with `options` first. */
  close(): Promise<void>;
}

const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;
const SECRET_KEY = 'sk_test_emulator';
const SESSION_SECRET = 'a session secret that is good for tests alone';

/**
 * Starts an emulator on a free port of the loopback. Needs Express 5 or 4 installed. Rejects with a `TypeError` for an
 * option that cannot be right, a live key above all.
 */
export async function testFanfare(options: TestFanfareOptions = {}): Promise<TestFanfare> {
  const clock = new TestClock();
  const { secretKey = SECRET_KEY } = options;
  const emulator = createEmulator({ ...options, secretKey, clock });
  const { url: baseUrl } = await emulator.listen();
  const { organizationId, faults } = emulator;
  const mintAdmissionToken = (mint: Partial<MintOptions> = {}): Minted => emulator.mint({ ...DROP, ...mint });
  return {
    get options() {
      const session = { secrets: [SESSION_SECRET], insecure: true } as const;
      const ledger = memoryLedger({ clock });
      return { organizationId, secretKey, api: { baseUrl }, session, ledger, clock, doctor: false } as const;
    },
    environment: {
      FANFARE_API_URL: baseUrl,
      FANFARE_ORGANIZATION_ID: organizationId,
      FANFARE_SECRET_KEY: secretKey,
      FANFARE_SESSION_SECRET: SESSION_SECRET,
    },
    ...{ clock, faults, emulator, mintAdmissionToken },
    admitted: async (agent, fanfare, mint) =>
      keep(agent, await handedOver(fanfare, mintAdmissionToken(mint))),
    admittedCookie: async (fanfare, mint) =>
      cookieHeader(await handedOver(fanfare, mintAdmissionToken(mint))),
    expectCompleted: (order, { withinMs = 5_000 } = {}) => completed(emulator, order, withinMs),
    close: () => emulator.close(),
  };
}
