/** A process of the shop whose handlers wait for the test's word at every step. */
import { createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { Child } from './child.js';
import type { Address } from './open-ledger.cjs';

/** How a step ended: `done`, or the code of the error that it rejected with. */
export interface Step {
  readonly code: string;
  readonly orderId?: string;
  /** Within three seconds, by a timer of the shop's own. */
  readonly inTime: boolean;
  readonly tookMs: number;
}

export class SteeredShop {
  readonly child: Child;
  readonly #origin: string;
  #steps = 0;
  #submits = 0;

  private constructor(child: Child, origin: string) {
    this.child = child;
    this.#origin = origin;
  }

  static async start(address: Address, fanfare: string): Promise<SteeredShop> {
    const child = new Child('steered-shop.cjs', { address, fanfare });
    const { origin } = await child.heard('listening');
    return new SteeredShop(child, String(origin));
  }

  /** A submit that has claimed and now waits in its handler; one at a time, since they are known by their order. */
  async submit(token: string): Promise<Submit> {
    const headers = { 'X-Fanfare-Admission': token };
    const answer = fetch(this.#origin, { method: 'POST', headers });
    const number = this.#submits++;
    const refused = answer.then(async (refusal) => {
      throw new Error(`refused: ${await refusal.text()}`);
    });
    const { admissionId } = await Promise.race([this.child.heard(`submit ${number}`), refused]);
    return {
      admissionId: String(admissionId),
      assert: () => this.#step({ number, do: 'assert' }),
      complete: (orderId) => this.#step({ number, do: 'complete', orderId }),
      answer: async (status) => {
        await this.#step({ number, do: 'answer', status });
        return (await answer).status;
      },
    };
  }

  async #step(what: object): Promise<Step> {
    const step = this.#steps++;
    this.child.tell({ step, ...what });
    return (await this.child.heard(`step ${step}`)) as unknown as Step;
  }
}

export interface Submit {
  readonly admissionId: string;
  assert(): Promise<Step>;
  complete(orderId: string): Promise<Step>;
  /** Ends the handler; resolves to the status that the shopper got. */
  answer(status: number): Promise<number>;
}

const emulators: Emulator[] = [];

/** For `afterEach`. */
export async function closeEmulators(): Promise<void> {
  await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
}

/** A Fanfare, and a token of it. */
export async function openFanfare() {
  const emulator = createEmulator();
  emulators.push(emulator);
  const { url } = await emulator.listen();
  const mint = () => emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' }).token;
  return { emulator, url, mint };
}
