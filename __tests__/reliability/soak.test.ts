/**
 * A shop in bad weather: shoppers and strangers without pause, while the way to Fanfare and Fanfare itself break in a new
 * way every second. Nothing may be left uncaught, nobody let in who was not admitted, no order lost, and when it is quiet
 * again the process holds open what it held before.
 */
import { Agent, request } from 'undici';
import { createEmulator, type Emulator, type Fault } from '../../lib/emulator/index.js';
import { isUsed } from '../../lib/ledger/row.js';
import { Dice } from '../hostile/dice.js';
import { FAULTS, FaultyProxy, type ProxyFault } from '../support/faulty-proxy.js';
import { until } from '../support/shop.js';
import { Child, useChildren } from './child.js';
import { openHere } from './engine.js';
import { sqlite } from './engine-sqlite.js';
import { record } from './figures.js';
import { PATIENCE_MS, SOAK_PER_SECOND, SOAK_SECONDS } from './sizes.js';

const TICK_MS = 20;
const WEATHER_MS = 1_000;
/** Beyond so many answers that are still to come, the machine is too slow for the rate, and the rate gives way. */
const MOST_AT_ONCE = 2_000;
const SHOPPERS_KEPT = 500;
const QUIET_MS = 120_000;

const ANSWERS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 401 },
  { kind: 'latency', latencyMs: 700 },
  { kind: 'reset' },
  { kind: 'answer-lost' },
  { kind: 'malformed-json' },
  { kind: 'huge-body' },
  { kind: 'black-hole' },
  { kind: 'redirect' },
  { kind: 'device-mismatch' },
];
/** What a shopper may be answered; any other status is a fault of ours. */
const PROPER = [200, 201, 202, 303, 400, 402, 403, 409, 429, 503];
const UNCAUGHT = ['unhandledRejection', 'uncaughtException', 'warning'];

useChildren();

sqlite.suite('bad weather', (store) => {
  it(
    `${SOAK_PER_SECOND} requests a second for ${SOAK_SECONDS} s leave nothing behind`,
    async () => {
      const emulator = createEmulator();
      const proxy = await FaultyProxy.start((await emulator.listen()).url);
      const address = await store().address();
      const fanfare = `http://127.0.0.1:${String(proxy.port)}`;
      const shop = new Child('soaked-shop.cjs', { address, fanfare });
      const crowd = new Crowd(emulator, String((await shop.heard('listening')).origin));
      try {
        const before = await heldBy(shop);
        // The first shoppers come in good weather, so that there is somebody to come back.
        await crowd.rush(2_000, () => undefined);
        const dice = new Dice(Date.now() % 2 ** 31, 0);
        const sent = await crowd.rush(SOAK_SECONDS * 1_000, () => {
          change(dice, emulator, proxy);
        });
        emulator.faults.clear();
        proxy.fault = undefined;
        proxy.cut();
        // Kept-alive connections end after some seconds; what has not ended by then never will.
        const patience = AbortSignal.timeout(QUIET_MS);
        let after = await heldBy(shop);
        await until(async () => {
          after = await heldBy(shop);
          return patience.aborted || after.descriptors <= before.descriptors;
        });
        expect(after).toEqual(before);
        expect(UNCAUGHT.flatMap((said) => shop.all(said))).toEqual([]);
        expect(Object.keys(crowd.answers).filter((status) => !PROPER.includes(Number(status)))).toEqual([]);
        expect(crowd.strangersIn).toBe(0);
        // Weather that nobody felt, or that let nobody through, would prove nothing.
        for (const felt of [200, 201, 503]) expect(crowd.answers[felt]).toBeGreaterThan(0);
        const ledger = openHere(address);
        const rows = await Promise.all(crowd.ordered.map((id) => ledger.find(id)));
        await ledger.close();
        expect(rows.filter((row) => row === undefined || !isUsed(row))).toEqual([]);
        expect(crowd.ordered.length).toBeGreaterThan(0);
        record('soak', 'SQLite', {
          seconds: SOAK_SECONDS,
          'requests per second': Math.round(sent / SOAK_SECONDS),
          ...Object.fromEntries(
            Object.entries(crowd.answers).map(([status, count]) => [`answered ${status}`, count]),
          ),
          'orders lost': 0,
          'strangers in': crowd.strangersIn,
          'left uncaught': 0,
          'open files and sockets, before and after': `${before.descriptors} / ${after.descriptors}`,
        });
      } finally {
        await shop.kill();
        await proxy.close();
        await emulator.close();
      }
    },
    PATIENCE_MS,
  );
});

/** Another fault of the way, or of what is said on it, or none. */
function change(dice: Dice, emulator: Emulator, proxy: FaultyProxy): void {
  emulator.faults.clear();
  proxy.fault = undefined;
  if (dice.once(3)) return;
  if (dice.once(3)) {
    emulator.faults.set(dice.pick(ANSWERS));
    return;
  }
  proxy.fault = dice.pick(Object.keys(FAULTS) as ProxyFault[]);
  proxy.cut();
}

interface Held {
  readonly kinds: Readonly<Record<string, number>>;
  readonly descriptors: number;
}

/** What the shop's process holds open. */
async function heldBy(shop: Child): Promise<Held> {
  const known = shop.all('held').length;
  shop.tell({});
  await until(() => shop.all('held').length > known);
  return shop.all('held').at(-1)!['held'] as Held;
}

type Visit = (dice: Dice) => Promise<void>;

/** Shoppers and strangers, and what they were answered. */
class Crowd {
  /** How many were answered with each status. */
  readonly answers: Record<string, number> = {};
  /** Admissions whose shopper was told of an order. */
  readonly ordered: string[] = [];
  strangersIn = 0;
  readonly #emulator: Emulator;
  readonly #origin: string;
  readonly #cookies: string[] = [];
  readonly #visits: readonly Visit[];
  #agent: Agent | undefined;
  #atOnce = 0;

  constructor(emulator: Emulator, origin: string) {
    this.#emulator = emulator;
    this.#origin = origin;
    this.#visits = [
      (dice) => this.#comeBack(dice, 'GET'),
      (dice) => this.#comeBack(dice, 'GET'),
      (dice) => this.#comeBack(dice, 'POST'),
      () => this.#arrive('GET'),
      () => this.#arrive('POST'),
      (dice) => this.#intrude(dice),
      () => this.#hangUp(),
    ];
  }

  /** Requests at the rate for so long; resolves to how many, when all are answered and have hung up. */
  async rush(forMs: number, everySecond: () => void): Promise<number> {
    const agent = (this.#agent = new Agent());
    const dice = new Dice(Date.now() % 2 ** 31, 1);
    const startedAt = performance.now();
    let [sent, weather] = [0, 0];
    for (;;) {
      const passed = performance.now() - startedAt;
      if (passed >= forMs) break;
      if (passed >= weather) {
        everySecond();
        weather += WEATHER_MS;
      }
      const due = Math.min((passed / 1_000) * SOAK_PER_SECOND - sent, MOST_AT_ONCE - this.#atOnce);
      for (let number = 0; number < due; number += 1) {
        sent += 1;
        void this.#begin(dice.pick(this.#visits)(dice));
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    await until(() => this.#atOnce === 0);
    await agent.close();
    return sent;
  }

  async #begin(visit: Promise<void>): Promise<void> {
    this.#atOnce += 1;
    await visit.finally(() => (this.#atOnce -= 1));
  }

  async #comeBack(dice: Dice, method: 'GET' | 'POST'): Promise<void> {
    if (this.#cookies.length === 0) return this.#arrive('GET');
    await this.#send(method, { cookie: dice.pick(this.#cookies) });
  }

  async #arrive(method: 'GET' | 'POST'): Promise<void> {
    const { token, consumerId } = this.#mint();
    const { cookie } = await this.#send(method, { 'x-fanfare-admission': token, 'x-shopper': consumerId });
    if (cookie === undefined) return;
    this.#cookies.push(cookie);
    if (this.#cookies.length > SHOPPERS_KEPT) this.#cookies.shift();
  }

  /** Somebody with a good token whose one letter is another. */
  async #intrude(dice: Dice): Promise<void> {
    const { token, consumerId } = this.#mint();
    const at = dice.below(token.length - 1);
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    const headers = { 'x-fanfare-admission': forged, 'x-shopper': consumerId };
    const { status } = await this.#send(dice.once(2) ? 'GET' : 'POST', headers);
    if (status < 300) this.strangersIn += 1;
  }

  /** A submit whose browser is gone before the answer. */
  async #hangUp(): Promise<void> {
    const { token, consumerId } = this.#mint();
    const headers = { 'x-fanfare-admission': token, 'x-shopper': consumerId };
    const gone = AbortSignal.timeout(5);
    await this.#send('POST', headers, gone).catch((cause: unknown) => {
      if (!gone.aborted) throw cause;
    });
  }

  #mint(): { readonly token: string; readonly consumerId: string } {
    return this.#emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  }

  async #send(
    method: 'GET' | 'POST',
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly cookie: string | undefined }> {
    const options = { method, headers, dispatcher: this.#agent!, ...(signal && { signal }) };
    const { statusCode: status, headers: said, body } = await request(`${this.#origin}/checkout`, options);
    const text = await body.text();
    this.answers[status] = (this.answers[status] ?? 0) + 1;
    if (status === 201) this.ordered.push((JSON.parse(text) as { admissionId: string }).admissionId);
    const [line] = [said['set-cookie'] ?? []].flat();
    return { status, cookie: line?.split(';')[0] };
  }
}
