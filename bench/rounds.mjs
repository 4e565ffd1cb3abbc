// Cases taken in turn, round after round, so that whatever else the machine does meets all of them alike.
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

function ascending(figures) {
  return figures.toSorted((a, b) => a - b);
}
