/** What a check is. */
import type { Facts } from './facts.js';

/** `info` is advice, `warn` may cost shoppers or orders, `error` will. */
export type Level = 'info' | 'warn' | 'error';

/** One thing the doctor looks at. Pure. */
export interface Check {
  readonly level: Level;
  /** One sentence for when all is well. */
  readonly fine: string;
  /** Whether enough is known to judge. */
  readonly applies: (facts: Facts) => boolean;
  /** Each thing that is wrong, with all there is to do about it; asked only where it applies. */
  readonly wrong: (facts: Facts) => readonly string[];
}

interface Judgement<Name extends keyof Facts> {
  readonly level: Level;
  readonly fine: string;
  /** Whether the fact tells enough; default: it does. */
  readonly tells?: (fact: NonNullable<Facts[Name]>) => boolean;
  /** `false`: all is well. */
  readonly wrong: (fact: NonNullable<Facts[Name]>, facts: Facts) => string | readonly string[] | false;
}

/** A check that turns on the fact of this name. */
export function checkOf<Name extends keyof Facts>(
  name: Name,
  { level, fine, tells = () => true, wrong }: Judgement<Name>,
): Check {
  return {
    level,
    fine,
    applies: (facts) => {
      const fact = facts[name];
      return fact !== undefined && tells(fact);
    },
    wrong: (facts) => {
      const fact = facts[name];
      const said = fact !== undefined && tells(fact) && wrong(fact, facts);
      return said === false ? [] : [said].flat();
    },
  };
}
