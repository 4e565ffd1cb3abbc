/** The draw: those who entered before its end take part, then chance decides. */
import type { DrawDistribution } from './experiences.js';
import { Rounds } from './rounds.js';
import type { Round } from './rounds.js';
import { OUTSIDE } from './standing.js';
import type { Mechanism, Standing } from './standing.js';

interface DrawRound extends Round {
  /** Drawn by the first look after the end. */
  winners?: readonly string[];
}

/** `count` different entrants, chosen by `random` (0 to below 1, asked once for each winner). */
export function pickWinners(
  entrants: readonly string[],
  count: number,
  random: () => number,
): readonly string[] {
  const left = [...entrants];
  const winners: string[] = [];
  while (winners.length < count && left.length > 0) {
    winners.push(...left.splice(Math.min(left.length - 1, Math.floor(random() * left.length)), 1));
  }
  return winners;
}

/** Where an entrant of a draw stands; `winners` counts once the draw is over. */
export function drawStanding(
  round: { readonly endsAt: number; readonly winners?: readonly string[] } | undefined,
  consumerId: string,
  now: number,
): Standing {
  if (!round) return OUTSIDE;
  if (now < round.endsAt) return { at: 'waiting', secondsLeft: Math.ceil((round.endsAt - now) / 1_000) };
  const place = round.winners?.indexOf(consumerId) ?? -1;
  return place < 0
    ? { at: 'lost', since: round.endsAt }
    : { at: 'admitted', since: round.endsAt, position: place + 1 };
}

export function createDraw(distribution: DrawDistribution, random: () => number): Mechanism {
  const runMs = (distribution.runSeconds ?? 5) * 1_000;
  const rounds = new Rounds<DrawRound>((now) => ({ endsAt: now + runMs, entrants: new Set() }));
  return {
    enter: (consumerId, now) => {
      rounds.join(consumerId, now);
    },
    leave: (consumerId, now) => rounds.leave(consumerId, now),
    standing(consumerId, now) {
      const round = rounds.of(consumerId);
      if (round && now >= round.endsAt) {
        round.winners ??= pickWinners([...round.entrants], distribution.winners ?? 1, random);
      }
      return drawStanding(round, consumerId, now);
    },
    endsAt: () => rounds.current()?.endsAt,
  };
}
