/** How many tokens one client may try that Fanfare says no to: junk must not use up Fanfare's patience with us. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Verdict } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import { throttle } from './watch.js';

export interface CeilingOptions {
  /** Most noes to one client in a minute. */
  readonly perMinute: number;
  readonly clock: Clock;
  readonly emit: OnEvent;
}

/** The client has to wait. */
export interface Exceeded {
  readonly waitMs: number;
}

export interface Ceiling {
  /** Asks, unless the client has had too many noes. Only a no counts, for a minute. */
  within<T extends Pick<Verdict, 'answer'>>(client: string, ask: () => Promise<T>): Promise<T | Exceeded>;
}

const WINDOW_MS = 60_000;
const TELL_EVERY_MS = 60_000;
const CLIENTS = 5_000;

/** Makes a ceiling that remembers the latest clients by hashes, never by their addresses. */
export function createCeiling(options: CeilingOptions): Ceiling {
  const { clock, perMinute } = options;
  /** When each client's noes came, the oldest first. */
  const noes = new LRUCache<string, readonly number[]>({ max: CLIENTS });
  const tell = createTeller(options);
  const recent = (key: string): readonly number[] =>
    (noes.get(key) ?? []).filter((at) => clock.now() < at + WINDOW_MS);

  return {
    async within(client, ask) {
      const key = hash('sha256', client, 'binary');
      const [oldest, ...rest] = recent(key);
      if (oldest !== undefined && rest.length + 1 >= perMinute) {
        tell();
        return { waitMs: oldest + WINDOW_MS - clock.now() };
      }
      const verdict = await ask();
      // Clients whose tokens are good leave nothing behind, so that they push nobody out.
      if (verdict.answer === 'no') noes.set(key, [...recent(key), clock.now()].slice(-perMinute));
      return verdict;
    },
  };
}

function createTeller({ perMinute, clock, emit }: CeilingOptions): () => void {
  const mayTell = throttle(clock, TELL_EVERY_MS);
  let requests = 0;
  return () => {
    requests += 1;
    if (!mayTell()) return;
    const message = `Requests had to wait (${requests}), since their clients tried more than ${perMinute} tokens a minute that Fanfare said no to. If shoppers complain, see whether "trust proxy" is set: without it, all who come through a proxy are one client.`;
    emit({ type: 'clients.limited', level: 'warn', message, requests });
    requests = 0;
  };
}
