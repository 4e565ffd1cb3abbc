/** Something done again and again in the background, never twice at once. */
import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from '../clock.js';

export interface Repeating {
  /** Runs the task now, and again whenever `everyMs` have passed since it ended; idempotent. */
  start(): void;
  /** Runs it at once; when it is running already, once more directly afterwards. Nothing before the start. */
  now(): void;
  /** No further run; resolves when the running one has ended. */
  stop(): Promise<void>;
}

/** @param task must not reject: it reports its own faults */
export function repeat(clock: Clock, everyMs: number, task: () => Promise<void>): Repeating {
  return new Repetition(clock, everyMs, task);
}

class Repetition implements Repeating {
  #started = false;
  #again = false;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  /** Whoever asks for a run is not whom it is for: a request's trace and storage must not hang on what others left to do. */
  readonly #runDetached = AsyncResource.bind(() => this.#run());

  constructor(
    private readonly clock: Clock,
    private readonly everyMs: number,
    private readonly task: () => Promise<void>,
  ) {}

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.now();
  }

  now(): void {
    if (!this.#started) return;
    this.#timer?.cancel();
    this.#again = true;
    this.#running ??= this.#runDetached();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#timer?.cancel();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#takeRequest()) await this.task();
    this.#running = undefined;
    if (this.#started) {
      this.#timer = this.clock.after(this.everyMs, () => {
        this.now();
      });
    }
  }

  #takeRequest(): boolean {
    const asked = this.#again && this.#started;
    this.#again = false;
    return asked;
  }
}
