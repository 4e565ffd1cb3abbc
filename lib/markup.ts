/** Text that becomes a page: whatever is put into it is escaped, unless it is markup already. Pure. */

export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | undefined | readonly Part[];

/** A template of markup; `undefined` is nothing, and a list is its parts one after the other. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.reduce((page, text, at) => page + textOf(parts[at - 1]) + text));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return String(part).replace(/[&<>"'`]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
