/** How deliveries, Fanfare and the ledger stand, each in a sentence. Pure. */
import type { Glance } from './glance.js';
import { markup, type Markup } from '../markup.js';
import { sayTime } from './words.js';

interface Fact {
  readonly what: string;
  readonly is: 'good' | 'bad' | 'idle';
  readonly said: string;
}

export function stateFacts(glance: Glance): Markup {
  const facts = [deliveries(glance), fanfare(glance), ledger(glance)];
  return markup`<dl class="facts">${facts.map(({ what, is, said }) => markup`<div class="${is}"><dt>${what}</dt><dd>${said}</dd></div>`)}</dl>`;
}

const DELIVERIES: Readonly<Record<Glance['deliveries'], Omit<Fact, 'what'>>> = {
  running: { is: 'good', said: 'This process sends completions for the whole shop.' },
  paused: {
    is: 'bad',
    said: 'Paused. No order is lost: one is tried again and again until Fanfare takes it.',
  },
  standby: {
    is: 'idle',
    said: 'Another process of the shop sends completions; its page knows whether they are paused.',
  },
  manual: { is: 'idle', said: 'Your own job engine sends completions.' },
  stopped: { is: 'bad', said: 'Stopped: this process is closing, or never started.' },
};

function deliveries({ deliveries: state, pause }: Glance): Fact {
  const fact = { what: 'Deliveries', ...DELIVERIES[state] };
  return state === 'paused' && pause !== undefined ? { ...fact, said: pause.message } : fact;
}

function fanfare({ breaker, at }: Glance): Fact {
  const what = 'Fanfare, as this process asks it';
  if (breaker === undefined) return { what, is: 'good', said: 'Asked as usual.' };
  const again = `Asked again at ${sayTime(Math.max(at, breaker.until))}; until then shoppers are told to come back.`;
  const why = breaker.cause === 'away' ? 'It fails as a whole.' : 'It answered 429: too many calls.';
  return { what, is: 'bad', said: `${why} ${again}` };
}

function ledger({ engine, ledger: answers }: Glance): Fact {
  const what = `Ledger (${engine})`;
  if (answers !== undefined) return { what, is: 'good', said: 'Answers.' };
  return { what, is: 'bad', said: 'Does not answer: no order goes through until it does.' };
}
