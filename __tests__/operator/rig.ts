/** A shop with the operator's page, and a ledger whose completions the test puts where it wants them. */
import express from 'express';
import type {
  Admission,
  Fanfare,
  FanfareOptions,
  Ledger,
  Middleware,
  OperatorPageOptions,
} from '../../lib/index.js';
import { memoryLedger } from '../../lib/index.js';
import type { Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { openStage, parsing, type ServerKind, type Stage } from '../support/servers.js';

export interface Rig {
  readonly stage: Stage;
  readonly ledger: Ledger;
  readonly clock: ManualClock;
  readonly browser: Jar;
}

export const form = parsing(express.urlencoded({ extended: false }));

/** Deliveries are manual, so that everything stays where the test puts it. */
export async function openRig(
  authorize: OperatorPageOptions['authorize'] = () => true,
  {
    kind = 'Express 5',
    before = [],
    ...options
  }: Partial<FanfareOptions> & { readonly kind?: ServerKind; readonly before?: readonly Middleware[] } = {},
): Promise<Rig> {
  const clock = new ManualClock(Date.parse('2026-11-27T20:30:10Z'));
  const ledger = memoryLedger({ clock });
  const stage = await openStage({ ledger, deliveries: 'manual', ...options }, { clock });
  const { fanfare } = stage;
  const browser = await stage.serve(kind, [
    { mount: '/operator', use: [...before, fanfare.operatorPage({ authorize })] },
    { path: '/checkout', use: [form, fanfare.claimAdmission(), buying(fanfare)] },
  ]);
  return { stage, ledger, clock, browser };
}

function buying(fanfare: Fanfare): Middleware {
  return (req, res) => {
    void fanfare.completeAdmission(req, { orderId: 'order_bought' }).then(() => res.end('bought'));
  };
}

export function admissionOf(name: string): Admission {
  const ids = { consumerId: `cons_${name}`, distributionId: 'queue_1', distributionType: 'queue' as const };
  return { id: `adm_${name}`, ...ids };
}

/** An order that Fanfare has not heard of. */
export async function waiting(
  { ledger, clock }: Rig,
  name: string,
  orderId = `order_${name}`,
): Promise<string> {
  const admission = admissionOf(name);
  await ledger.complete({
    target: { by: 'admission', admission },
    order: { orderId, amount: '9.50', currency: 'EUR' },
  });
  // Lists are by age.
  await clock.advance(1_000);
  return admission.id;
}

/** An order that Fanfare has refused. */
export async function dead(rig: Rig, name: string, lastReason = 'refused'): Promise<string> {
  const id = await waiting(rig, name);
  const taken = await rig.ledger.take(id, 1_000);
  const delivery = { attempts: 3, nextAttemptAt: 0, lastStatus: 422, lastReason };
  await rig.ledger.settleDelivery(id, taken!.leaseId, { to: 'dead', delivery });
  return id;
}

/** A webhook event that was given up; resolves to its name. */
export async function deadEvent({ ledger, clock }: Rig, eventId: string): Promise<string> {
  const key = eventId.padEnd(43, '-');
  const work = {
    do: 'complete',
    order: { orderId: `order_${eventId}` },
    admission: { id: `adm_${eventId}` },
  };
  const value = JSON.stringify({
    receiver: 'shopify',
    eventId,
    work,
    reason: 'The orders <could> not be read',
  });
  await ledger.addNote({ kind: 'webhook_dead', key, value, until: clock.now() + 90 * 86_400_000 });
  await clock.advance(1_000);
  return key;
}

/** The text of the page's form token. */
export function formTokenIn(page: string): string {
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(page) ?? [];
  return token;
}

/** Sends a form of the page as its browser would; `changes` are what an attacker can do about it. */
export function send(
  browser: Jar,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { Origin: browser.origin },
): ReturnType<Jar['send']> {
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(fields).toString();
  return browser.send('/operator', { method: 'POST', headers: { ...type, ...headers }, body });
}
