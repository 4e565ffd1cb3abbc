/** Whether it is worth asking Fanfare: while it is away, or wants to be left alone, one call each 5 s finds out. */
import { compact } from '../admission/compact.js';
import type { Clock } from '../clock.js';
import { afterFailure, afterSuccess, type OutageWindow } from './outage-window.js';

/** What a call says about Fanfare as a whole. `nothing`: the call told nothing, or was never made. */
export interface Heard {
  readonly about: 'answered' | 'limited' | 'failed' | 'nothing';
  readonly retryAfterSeconds?: number;
}

/** Nobody asks for now. */
export interface Pause {
  /** `away`: it fails as a whole. `busy`: it answered 429. */
  readonly cause: 'away' | 'busy';
  /** Milliseconds since the epoch; the first to come then asks for all. */
  readonly until: number;
}

/** What is known of Fanfare; a plain value. */
export interface Weather {
  /** How the latest calls went; absent when none of them failed. */
  readonly window?: OutageWindow;
  readonly pause?: Pause;
}

const PROBE_EVERY_MS = 5_000;
/** Fanfare may ask for a long silence, but the shoppers' places run out meanwhile. */
const LONGEST_PAUSE_MS = 60_000;

/** The weather after a call; `probe`: it was the one that asked for all during a pause. Pure and total. */
export function afterCall(weather: Weather, heard: Heard, now: number, probe: boolean): Weather {
  // The late answer to what was sent before the pause says nothing about now.
  if (weather.pause !== undefined && !probe) return weather;
  return AFTER[heard.about](weather, heard, now);
}

type After = (weather: Weather, heard: Heard, now: number) => Weather;

const AFTER: Readonly<Record<Heard['about'], After>> = {
  nothing: (weather) => weather,
  answered: ({ window, pause }) => (pause === undefined ? compact({ window: afterSuccess(window) }) : {}),
  limited: (weather, heard, now) => ({ ...weather, pause: pauseFor('busy', heard, now, 1) }),
  failed(weather, heard, now) {
    const { window, failing } = afterFailure(weather.window);
    const away = failing || weather.pause !== undefined;
    return away ? { window, pause: pauseFor('away', heard, now, PROBE_EVERY_MS) } : { window };
  },
};

function pauseFor(cause: Pause['cause'], heard: Heard, now: number, leastMs: number): Pause {
  const askedForMs = (heard.retryAfterSeconds ?? 1) * 1_000;
  return { cause, until: now + Math.min(LONGEST_PAUSE_MS, Math.max(leastMs, askedForMs)) };
}

/** Says how the one call went that was let through. */
export type Report = (heard: Heard) => void;

export interface Breaker {
  /** The pause that is on now; `undefined` when `enter` would let a call through. */
  paused(): Pause | undefined;
  /** Lets one call through, which has to report, or tells the pause. */
  enter(): Pause | Report;
}

/** Makes a breaker; `onChange` hears when an outage begins, and when it ends. */
export function createBreaker(clock: Clock, onChange: (is: 'away' | 'back') => void): Breaker {
  let weather: Weather = {};

  const turn = (next: Weather): void => {
    const [was, is] = [weather, next].map(({ pause }) => pause?.cause === 'away');
    weather = next;
    if (was !== is) onChange(is === true ? 'away' : 'back');
  };

  const paused = (): Pause | undefined =>
    weather.pause !== undefined && clock.now() < weather.pause.until ? weather.pause : undefined;

  return {
    paused,
    enter() {
      const { pause } = weather;
      if (pause !== undefined) {
        if (paused() !== undefined) return pause;
        // Whoever comes next waits for this one's answer, or for the next turn should it never report.
        weather = { ...weather, pause: { ...pause, until: clock.now() + PROBE_EVERY_MS } };
      }
      return (heard) => {
        turn(afterCall(weather, heard, clock.now(), pause !== undefined));
      };
    },
  };
}
