/** A sale: a Fanfare, shoppers who do not give up, the shop's processes, and in the end what became of every order. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AdmissionView, createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { until } from '../support/shop.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { Child } from './child.js';
import { openHere } from './engine.js';
import type { Address } from './open-ledger.cjs';

const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;
const PAUSE_MS = 200;
/** What a shopper may be told and comes back after. */
const COME_BACK = ['ADMISSION_IN_USE', 'CLAIM_LOST', 'FANFARE_UNAVAILABLE', 'LEDGER_UNAVAILABLE'];

/** What is true in the end. All but `acknowledged`, `orders` and `calls` must be 0. */
export interface Outcome {
  /** Orders whose shopper was told of success. */
  readonly acknowledged: number;
  readonly orders: number;
  /** Completion calls that reached Fanfare. */
  readonly calls: number;
  /** Orders that the ledger took for new more than once, so it had lost them in between. */
  readonly forgotten: number;
  /** Acknowledged, and Fanfare does not know it, or knows another order. */
  readonly lost: number;
  /** Completions with more than one effect at Fanfare. */
  readonly doubled: number;
  /** Admissions with more than one order in the shop's books. */
  readonly ordersTooMany: number;
  /** Rows of the ledger that are not `delivered`. */
  readonly stuck: number;
}

const openSales: Sale[] = [];

/** For `afterEach`: a sale whose test failed goes on otherwise. */
export async function closeSales(): Promise<void> {
  await Promise.all(openSales.splice(0).map((sale) => sale.close()));
}

export class Sale {
  readonly emulator: Emulator;
  readonly #fanfare: string;
  readonly #address: Address;
  readonly #folder = temporaryFolder();
  /** The shop's own files: its orders, and each time that one was recorded in the ledger. */
  readonly #books = { orders: join(this.#folder, 'orders'), recorded: join(this.#folder, 'recorded') };
  readonly #shoppers: Promise<void>[] = [];
  /** By consumer. */
  readonly #acknowledged = new Map<string, string>();
  /** The shop's processes that listen, and where. */
  readonly #shops = new Map<Child, string>();
  #through = 0;
  #closed = false;

  private constructor(emulator: Emulator, fanfare: string, address: Address) {
    this.emulator = emulator;
    this.#fanfare = fanfare;
    this.#address = address;
  }

  static async open(address: Address): Promise<Sale> {
    const emulator = createEmulator();
    const { url } = await emulator.listen();
    const sale = new Sale(emulator, url, address);
    openSales.push(sale);
    return sale;
  }

  /** How many shoppers have an order or know that their admission was used for one. */
  get through(): number {
    return this.#through;
  }

  /** Starts a process of the shop; resolves when it listens, with how long that took. */
  async startShop(task: object = {}): Promise<ShopProcess> {
    const startedAt = performance.now();
    const [address, fanfare] = [this.#address, this.#fanfare];
    const child = new Child('shop.cjs', { address, fanfare, ...this.#books, maxClaimSeconds: 10, ...task });
    this.#shops.set(child, String((await child.heard('listening')).origin));
    void child.ended().then(() => this.#shops.delete(child));
    return { child, tookMs: performance.now() - startedAt };
  }

  async startShops(count: number): Promise<readonly ShopProcess[]> {
    return Promise.all(Array.from({ length: count }, () => this.startShop()));
  }

  /** SIGKILL for every process of the shop, and so many new ones. */
  async changeShops(count: number): Promise<void> {
    await Promise.all([...this.#shops.keys()].map((child) => child.kill()));
    await this.startShops(count);
  }

  /** So many new shoppers, who submit at once; resolves when they are through. */
  async admit(count: number): Promise<void> {
    const wave = Array.from({ length: count }, () => this.#shop(this.#mint()));
    this.#shoppers.push(...wave);
    await Promise.all(wave);
  }

  /** Resolves when so many shoppers are through. */
  async reached(through: number): Promise<void> {
    await Promise.race([until(() => this.#closed || this.through >= through), this.#failed()]);
  }

  /** Resolves when every shopper is through. */
  async over(): Promise<void> {
    await Promise.all(this.#shoppers);
  }

  /** Waits until nothing is left to do, then counts. */
  async outcome(): Promise<Outcome> {
    const ledger = openHere(this.#address);
    const waiting = { states: ['active', 'pending', 'unresolved', 'ordered'], limit: 1 } as const;
    await until(async () => this.#closed || (await ledger.list(waiting)).length === 0);
    const stuck = await ledger.list({ states: ['free', 'dead', 'discarded'], limit: 10_000 });
    await ledger.close();
    const completions = this.emulator.admissions().map(({ completion }) => completion);
    return {
      acknowledged: this.#acknowledged.size,
      orders: admissionsIn(this.#books.orders).length,
      calls: completions.reduce((sum, { received }) => sum + received, 0),
      forgotten: repeated(admissionsIn(this.#books.recorded)),
      lost: this.#lost(),
      doubled: doubled(this.emulator.admissions()),
      ordersTooMany: repeated(admissionsIn(this.#books.orders)),
      stuck: stuck.length,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.emulator.close();
    removeFolder(this.#folder);
  }

  /**
   * A shopper's token. Each has a second, later admission that nobody ever uses: a completion that is sent twice as two
   * different ones would complete that as well.
   */
  #mint(): { readonly token: string; readonly consumerId: string } {
    const minted = this.emulator.mint(DROP);
    const { consumerId } = minted;
    this.emulator.mint({ ...DROP, consumerId, admittedAt: Date.parse(minted.admittedAt) + 1 });
    return minted;
  }

  /** Submits until there is an answer that is the last word. */
  async #shop({ token, consumerId }: { readonly token: string; readonly consumerId: string }): Promise<void> {
    while (!this.#closed) {
      const { status, code, orderId } = await submit(this.#anyOrigin(), token, consumerId);
      if (status === 201) this.#acknowledged.set(consumerId, String(orderId));
      if (status === 201 || code === 'ADMISSION_USED') {
        this.#through += 1;
        return;
      }
      if (status !== undefined && !COME_BACK.includes(String(code))) {
        throw new Error(`A shopper was answered ${status} ${String(code)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #anyOrigin(): string | undefined {
    const origins = [...this.#shops.values()];
    return origins[Math.floor(Math.random() * origins.length)];
  }

  /** Rejects when a shopper was told what must not be. */
  async #failed(): Promise<never> {
    await Promise.all(this.#shoppers);
    return new Promise(() => undefined);
  }

  #lost(): number {
    const known = new Map(
      this.emulator
        .admissions()
        .filter(({ state }) => state === 'completed')
        .map(({ consumerId, completion }) => [consumerId, completion.orderId]),
    );
    return [...this.#acknowledged].filter(([consumer, orderId]) => known.get(consumer) !== orderId).length;
  }
}

export interface ShopProcess {
  readonly child: Child;
  readonly tookMs: number;
}

/** What must be so in the end. */
export const NOTHING_WRONG = { forgotten: 0, lost: 0, doubled: 0, ordersTooMany: 0, stuck: 0 };

interface Answer {
  /** Absent: there was no answer. */
  readonly status?: number;
  readonly code?: unknown;
  readonly orderId?: unknown;
}

async function submit(origin: string | undefined, token: string, shopper: string): Promise<Answer> {
  if (origin === undefined) return {};
  try {
    const headers = { 'X-Fanfare-Admission': token, 'X-Shopper': shopper };
    const answer = await fetch(origin, { method: 'POST', headers });
    return { ...((await answer.json()) as Answer), status: answer.status };
  } catch {
    // The process died, before or after it had done what it was asked for.
    return {};
  }
}

/** Effects beyond the first of each consumer, and idempotency keys beyond the first of each admission. */
function doubled(admissions: readonly AdmissionView[]): number {
  const used = admissions.filter(({ completion }) => completion.effects > 0);
  const keys = used.reduce((sum, { completion }) => sum + completion.idempotencyKeys.length - 1, 0);
  return used.length - new Set(used.map(({ consumerId }) => consumerId)).size + keys;
}

/** The admission of each line of a book. */
function admissionsIn(book: string): readonly string[] {
  if (!existsSync(book)) return [];
  const lines = readFileSync(book, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { admissionId: string }).admissionId);
}

function repeated(admissions: readonly string[]): number {
  return admissions.length - new Set(admissions).size;
}
