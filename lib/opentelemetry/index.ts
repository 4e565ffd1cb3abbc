/** The OpenTelemetry wing: what an instance does, as the metrics and spans of whichever SDK the process has set up. */
import type { Telemetry } from '../observer.js';
import { loadApi } from './api.js';
import { Instruments } from './instruments.js';
import { Spans } from './spans.js';

/**
 * Telemetry for the option `telemetry`. Uses the global providers of `@opentelemetry/api`, so set your SDK up before:
 * metrics of an SDK that comes later stay empty. Without an SDK it does nothing.
 *
 * @throws Error when `@opentelemetry/api` is not installed.
 */
export function openTelemetry(): Telemetry {
  const api = loadApi();
  const spans = new Spans(api);
  const instruments = new Instruments(api.metrics.getMeter('express-fanfare'));
  return {
    heard: (event) => {
      instruments.count(event);
    },
    aroundCall: (call, run) => {
      spans.call(call, run);
    },
    aroundValidation: (distributionType, run) =>
      timed(run, (verdict, seconds) => {
        instruments.validated(distributionType, verdict, seconds);
      }),
    aroundRecording: (order, run) => {
      spans.recording(order, run);
    },
    aroundDelivery: (delivery, run) => {
      spans.delivery(delivery, () =>
        timed(run, (answer, seconds) => {
          instruments.delivered(delivery.distributionType, answer, seconds);
        }),
      );
    },
    watch: (completions, now) => instruments.watch(completions, now),
  };
}

/** A duration is measured by a clock that is never set back. */
async function timed<T>(run: () => Promise<T>, told: (outcome: T, seconds: number) => void): Promise<T> {
  const startedAt = performance.now();
  const outcome = await run();
  told(outcome, (performance.now() - startedAt) / 1_000);
  return outcome;
}
