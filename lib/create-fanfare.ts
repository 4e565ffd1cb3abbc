/** Composition: options are checked once, the parts are put together, and the merchant gets one object. */
import { randomUUID } from 'node:crypto';
import { compact } from './admission/compact.js';
import { type CallParts, createCalls } from './calls.js';
import { createWork, type Work } from './completion/work.js';
import { createBackstage } from './create-backstage.js';
import { createContext } from './create-context.js';
import { createValidation, type Validation } from './create-validation.js';
import { Doctor } from './doctor/doctor.js';
import { tapped } from './event-tap.js';
import { type OnEvent, safely } from './events.js';
import type { Fanfare } from './fanfare.js';
import type { FanfareOptions } from './fanfare-options.js';
import { parseBaseUrl } from './fanfare-api/base-url.js';
import { createFanfareClient, type FanfareClient, type FanfareClientOptions } from './fanfare-api/client.js';
import type { Context } from './middleware/context.js';
import { admitting, refusing } from './middleware/on-need.js';
import { RequestStates } from './middleware/request-state.js';
import { linksOf } from './links.js';
import { mountsOf } from './mounts.js';
import { createObserver, type Observer } from './observer.js';
import { operatorMount } from './operator-mount.js';
import { type CheckedOptions, readOptions } from './options.js';
import { orderCallsOf } from './order-calls.js';
import { createTeller } from './teller.js';

/** Makes a Fanfare. Throws a `TypeError` that names the option when one is wrong or missing. Deliveries start at once. */
export function createFanfare(options: FanfareOptions): Fanfare {
  const checked = readOptions(options, process.env);
  const observer = createObserver(checked.telemetry);
  const { emit, listen } = tapped(createTeller(safely('onEvent', checked.onEvent), observer));
  const doctor = createDoctor(checked, emit);
  const client = createClient(checked, { emit, onAnswer: doctor.heard, observer });
  const owner = randomUUID();
  const validation = createValidation(checked, { emit, client });
  const work = createWork({
    ...{ ...checked, emit, client, owner, random: Math.random, observer },
    led: () => [validation.createRevalidation()],
  });
  const context = createContext(checked, {
    ...{ emit, validation, owner },
    ...{ reconciler: work.reconciler, watch: doctor },
  });
  const states = new RequestStates(context);
  sayMode(context);
  const orders = orderCallsOf(context, states, work.completer);
  const checkout = { ...checkoutOf(checked), observer };
  const calls = createCalls({ ...checked, client, context, states, checkout });
  work.start();
  doctor.start();
  observer.watch(work.completions, () => checked.clock.now());
  return {
    ...mountsOf(context, states, work),
    ...operatorMount({ ledger: checked.ledger, context, work, listen }),
    ...orders.calls,
    deliver: (admissionId) => work.deliver(admissionId),
    completions: work.completions,
    ...work.cancellations,
    deny: (admission, reason) => calls.deny(admission, reason),
    authorizeExternal: (user) => calls.authorizeExternal(user),
    checkout: calls.checkout,
    ...linksOf(context, states),
    ...lifeOf({ checked, context, work, orders, client, validation, calls, doctor, observer }),
  };
}

interface Parts {
  readonly checked: CheckedOptions;
  readonly context: Context;
  readonly work: Work;
  readonly orders: ReturnType<typeof orderCallsOf>;
  readonly client: FanfareClient;
  readonly validation: Validation;
  readonly calls: ReturnType<typeof createCalls>;
  readonly doctor: Doctor;
  readonly observer: Observer;
}

function lifeOf({
  checked,
  context,
  work,
  orders,
  client,
  validation,
  calls,
  doctor,
  observer,
}: Parts): Pick<Fanfare, 'backstage' | 'doctor' | 'ready' | 'close'> {
  const { backstage, stop } = createBackstage(checked, context);
  return {
    backstage,
    doctor: () => doctor.findings(),
    ready: async () => {
      const { offlineVerifier, clock } = checked;
      warm(validation.validator, orders);
      await Promise.all([
        work.open(),
        client.warm(),
        offlineVerifier?.ready?.({ now: clock.now(), emit: context.emit }),
      ]);
    },
    close: once(async () => {
      doctor.stop();
      observer.close();
      await Promise.all([work.stop(), stop()]);
      await Promise.all([client.close(), validation.close(), calls.close()]);
      await checked.ledger.close();
    }),
  };
}

/** A second closing would not wait for what the first one waits for, and close the ledger under it. */
function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}

/** What the first shopper with a token would load, the first without one, and the first order. */
function warm(...parts: readonly Pick<Parts['orders'], 'warm'>[]): void {
  admitting();
  refusing();
  for (const part of parts) part.warm();
}

function sayMode({ settings, emit }: Context): void {
  if (settings.mode === 'enforce') return;
  const message =
    'Report-only mode: nobody is refused, and one admission may buy several orders. Leave "mode" out before the sale.';
  emit({ type: 'mode.report_only', level: 'warn', message });
}

function createDoctor(checked: CheckedOptions, emit: OnEvent): Doctor {
  return new Doctor({ ...checked, emit, environment: process.env['NODE_ENV'] });
}

function createClient(
  { settings, secretKey, dialect, supplied, baseUrl, clock }: CheckedOptions,
  told: Pick<FanfareClientOptions, 'emit' | 'onAnswer' | 'observer'>,
): FanfareClient {
  const { organizationId } = settings;
  return createFanfareClient({
    ...{ organizationId, secretKey, dialect, supplied, clock, ...told },
    ...compact({ baseUrl }),
  });
}

function checkoutOf({ settings, secretKey, checkoutBaseUrl }: CheckedOptions): CallParts['checkout'] {
  const base = parseBaseUrl(checkoutBaseUrl, 'api.checkoutBaseUrl');
  return { organizationId: settings.organizationId, secretKey, base };
}
