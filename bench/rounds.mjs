// Cases taken in turn, round after round, so that whatever else the machine does meets all of them alike.
import { cpus } from 'node:os';

/** What the figures were taken on. */
export const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0].model.trim()}, ${process.platform}`;

/**
 * Times every case once per round. `time(run)` gives one case's time in any unit.
 * Resolves to each case's times as ratios to the first case in the same round, and its plain times, both ascending; `inOrder` has the times round by round.
 */
export async function interleave(rounds, cases, time) {
  const names = Object.keys(cases);
  const taken = names.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, name] of names.entries()) taken[index].push(await time(cases[name]));
  }
  const [base] = taken;
  return names.map((name, index) => ({
    name,
    ratios: ascending(taken[index].map((figure, round) => figure / base[round])),
    times: ascending(taken[index]),
    inOrder: taken[index],
  }));
}

/** The middle of an ascending list. */
export function median(ascendingFigures) {
  return ascendingFigures[Math.floor(ascendingFigures.length / 2)];
}

/** Where the middle half of an ascending list begins and ends: what a busy machine does to single rounds stays out of it. */
export function middleHalf(ascendingFigures) {
  const last = ascendingFigures.length - 1;
  return [ascendingFigures[Math.ceil(last / 4)], ascendingFigures[Math.floor((last * 3) / 4)]];
}

/** The median ratio of one case of {@link interleave}'s to another. */
export function ratioOf(measured, name, to = measured[0].name) {
  const [one, other] = [name, to].map((wanted) => measured.find((each) => each.name === wanted).inOrder);
  return median(ascending(one.map((figure, round) => figure / other[round])));
}

/** One line per case: the median ratio, the spread of the rounds, the median time. */
export function print(title, unit, measured) {
  console.log(`\n${title}`);
  console.log(`${''.padEnd(48)}  ratio   (spread)              ${unit}`);
  for (const { name, ratios, times } of measured) {
    const spread = `(${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)})`;
    const figures = [median(ratios).toFixed(2).padStart(6), spread.padEnd(20), median(times).toFixed(2)];
    console.log(`${name.padEnd(48)} ${figures.join('  ')}`);
  }
}

function ascending(figures) {
  return figures.toSorted((a, b) => a - b);
}
