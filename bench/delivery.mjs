// Completions that wait, told to Fanfare as fast as it takes them.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Pool } from 'undici';
import { createFanfare, memoryLedger } from '../dist/index.js';
import { interleave, ratioOf } from './rounds.mjs';
import { SECRET } from './shop.mjs';
import { cpuMicroseconds } from './timing.mjs';

/** As many as are in flight a ledger. */
const AT_ONCE = 10;
const [RAW, OURS] = ['raw undici requests', 'our delivery'];

export const title = 'Delivery of waiting completions';
export const about = `Unpaced, to a server in a process of its own, ${AT_ONCE} in flight; the raw requests send the same bytes. The ledger is the one in memory, so that what is measured is the delivery.`;

async function recordOrders(ledger, count) {
  const now = Date.now();
  for (let number = 0; number < count; number += 1) {
    const admission = {
      ...{ id: randomUUID(), consumerId: `cons_${randomUUID()}`, distributionId: 'queue_1' },
      ...{ distributionType: 'queue', admittedAt: now, expiresAt: now + 600_000 },
    };
    const order = { orderId: randomUUID(), amount: '129.00', currency: 'EUR' };
    await ledger.complete({ target: { by: 'admission', admission }, order });
  }
}

/** Resolves when Fanfare has taken all of them, with the wall's and the processor's microseconds for each. */
async function deliver(url, count) {
  const ledger = memoryLedger();
  await recordOrders(ledger, count);
  gc();
  let left = count;
  const before = [performance.now(), cpuMicroseconds()];
  let fanfare;
  await new Promise((resolve) => {
    fanfare = createFanfare({
      ...{ organizationId: 'org_1', secretKey: 'sk_test_1', session: { secrets: [SECRET] } },
      ...{ api: { baseUrl: url }, ledger, doctor: false },
      onEvent: ({ type }) => {
        if (type === 'completion.delivered' && (left -= 1) === 0) resolve();
      },
    });
  });
  const spent = since(before, count);
  await fanfare.close();
  return spent;
}

function since([wall, cpu], count) {
  return {
    wall: ((performance.now() - wall) * 1_000) / count,
    cpu: (cpuMicroseconds() - cpu) / count,
  };
}

async function request(url, wire, count) {
  const pool = new Pool(url, { connections: AT_ONCE, pipelining: 1 });
  gc();
  const before = [performance.now(), cpuMicroseconds()];
  let next = 0;
  const worker = async () => {
    while (next++ < count) await (await pool.request(wire)).body.text();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const spent = since(before, count);
  await pool.close();
  return spent;
}

export async function measure({ quick }) {
  const count = quick ? 2_000 : 10_000;
  const child = fork(join(import.meta.dirname, 'taker.mjs'));
  const [{ url }] = await once(child, 'message');
  await deliver(url, 1);
  child.send('last');
  const [wire] = await once(child, 'message');
  const cases = { [RAW]: () => request(url, wire, count), [OURS]: () => deliver(url, count) };
  const spent = { [RAW]: [], [OURS]: [] };
  const both = await interleave(quick ? 3 : 9, Object.fromEntries(Object.entries(cases)), async (run) => {
    const { wall, cpu } = await run();
    spent[run === cases[RAW] ? RAW : OURS].push(cpu);
    return wall;
  });
  child.disconnect();
  return {
    tables: [{ unit: 'µs', measured: both, caption: `${count} completions, time on the clock for each.` }],
    targets: [
      {
        what: 'our rate, in that of raw requests',
        figure: 1 / ratioOf(both, OURS),
        least: 0.7,
        why: 'each completion is leased, told and settled by itself, and their answers are written one after the other',
      },
    ],
    note: `Processor time for each, our median round: ${spent[OURS].toSorted((a, b) => a - b)[Math.floor(spent[OURS].length / 2)].toFixed(0)} µs, a raw request ${spent[RAW].toSorted((a, b) => a - b)[Math.floor(spent[RAW].length / 2)].toFixed(0)} µs.`,
  };
}
