/** One after the other, each for itself: one that cannot be recorded does not keep the others from it. */

/** Resolves to what came of each; rejects with the first fault, once all have had their turn. */
export async function each<Item, Done>(
  items: readonly Item[],
  perform: (item: Item) => Promise<Done>,
): Promise<readonly Done[]> {
  const done: Done[] = [];
  const faults: unknown[] = [];
  for (const item of items) {
    try {
      done.push(await perform(item));
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
  return done;
}
