/** A list of rows, as a table where there is room and as cards on a phone. Pure. */
import { markup, type Markup } from '../markup.js';

export interface Column<Item> {
  readonly title: string;
  readonly className?: string;
  readonly cell: (item: Item) => Markup | string | undefined;
}

/** The roles are the table's own; said aloud, since cards on a phone are laid out without it. */
export function table<Item>(label: string, columns: readonly Column<Item>[], items: readonly Item[]): Markup {
  return markup`<table role="table" aria-label="${label}">
    <thead role="rowgroup"><tr role="row">${columns.map(({ title, className }) => markup`<th role="columnheader" scope="col" class="${className}">${title}</th>`)}</tr></thead>
    <tbody role="rowgroup">${items.map((item) => markup`<tr role="row">${columns.map((column) => cell(column, item))}</tr>`)}</tbody>
  </table>`;
}

function cell<Item>(column: Column<Item>, item: Item): Markup {
  return markup`<td role="cell" class="${column.className}" data-label="${column.title}">${column.cell(item)}</td>`;
}
