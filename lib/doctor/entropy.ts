/** How hard a secret is to guess, as far as its letters tell. Pure. */

/**
 * An upper bound in bits: what as many letters, drawn by how often each occurs, could hold. A repeated text counts once.
 */
export function entropyOf(secret: string): number {
  // A text occurs in its own double again after its shortest period.
  const unit = Array.from(secret.slice(0, (secret + secret).indexOf(secret, 1)));
  const counts = new Map<string, number>();
  for (const letter of unit) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits + count * Math.log2(unit.length / count), 0);
}
