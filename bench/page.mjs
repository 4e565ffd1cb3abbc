// The figures as Markdown.
import { cpus, release, totalmem, type } from 'node:os';
import { readFileSync } from 'node:fs';
import { median, middleHalf } from './rounds.mjs';

const digits = (figure) =>
  figure >= 100 ? figure.toFixed(0) : figure >= 10 ? figure.toFixed(1) : figure.toFixed(2);
const line = (cells) => `| ${cells.join(' | ')} |`;
const rule = (cells) => line(cells.map(() => '---'));

/** `measured` as `interleave` gives it: every case as a ratio to the first. */
function table({ unit, measured, caption }) {
  const head = ['', 'ratio', 'middle half of the rounds', unit];
  const rows = measured.map(({ name, ratios, times }) => {
    const [from, to] = middleHalf(ratios);
    return line([name, digits(median(ratios)), `${digits(from)} to ${digits(to)}`, digits(median(times))]);
  });
  return [...(caption ? [caption, ''] : []), line(head), rule(head), ...rows, ''].join('\n');
}

/** Rows of anything else. */
function plainTable({ head, rows, caption }) {
  return [...(caption ? [caption, ''] : []), line(head), rule(head), ...rows.map(line), ''].join('\n');
}

/** One sentence a target; one that was missed says so. */
function verdict({ what, figure, most = Infinity, least = -Infinity, unit = '', why }) {
  const limit = most < Infinity ? `at most ${most}` : `at least ${least}`;
  const missed = why === undefined ? '**not met**' : `**not met**: ${why}`;
  const met = figure <= most && figure >= least;
  return `- ${what}: ${digits(figure)}${unit}. Target ${limit}${unit}, ${met ? 'met' : missed}.`;
}

/** One row of the issue's table. */
export function section({ title, about, tables = [], targets = [], note }) {
  const drawn = tables.map((each) => (each.measured === undefined ? plainTable(each) : table(each)));
  return [
    `## ${title}`,
    '',
    about,
    '',
    ...drawn,
    ...targets.map(verdict),
    '',
    ...(note ? [note, ''] : []),
  ].join('\n');
}

/** The whole document, from the template beside this file. */
export function page(sections, quick) {
  const [{ model }, { length: cores }] = [cpus()[0], cpus()];
  const facts = {
    when: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC${quick ? ', with fewer rounds (`--quick`)' : ''}`,
    machine: `${model.trim()}, ${cores} cores, ${Math.round(totalmem() / 2 ** 30)} GB of memory`,
    system: `${type()} ${release()}, Node ${process.version}`,
    sections: sections.map(section).join('\n'),
  };
  const template = readFileSync(new URL('./performance.template.md', import.meta.url), 'utf8');
  return template.replace(/\{\{(\w+)\}\}/g, (_place, name) => facts[name]);
}
