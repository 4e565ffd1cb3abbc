/** A handoff link stands in a row as if it were an order attempt, by an id that tells it from one. Pure. */

export const LINK_PREFIX = 'link_';

/** Whether it is the name of a link: nobody pays behind one. */
export function isLink(attempt: { readonly id: string }): boolean {
  return attempt.id.startsWith(LINK_PREFIX);
}
