import { html } from '../core/html.js';
import { Nothing } from './text.js';

/**
 * A table on a wide screen, and a list of cards on a narrow one; the roles are said because the cards' display takes them away.
 * @param columns { key, label, of(row), number?, main?, wide?, aside? } in their order; main is the card's heading, and what is aside is left out of cards, as is what is empty
 */
export function Table({ caption, columns, rows, keyOf, nothing = 'Nothing here.' }) {
    if (rows.length === 0) return html`<${Nothing}>${nothing}<//>`;
    return html`<table role="table">
        <caption class="unseen">${caption}</caption>
        <thead role="rowgroup"><tr role="row">${columns.map(column => html`<th key=${column.key} role="columnheader" scope="col" class=${column.number ? 'number' : ''}>${column.label}</th>`)}</tr></thead>
        <tbody role="rowgroup">${rows.map(row => html`<tr role="row" key=${keyOf(row)}>
            ${columns.map(column => html`<td key=${column.key} role="cell" data-label=${column.label} class=${`${column.number ? 'number' : ''}${column.main ? ' main' : ''}${column.wide ? ' wide' : ''}${column.aside ? ' aside' : ''}`}><div class="cell">${column.of(row)}</div></td>`)}
        </tr>`)}</tbody>
    </table>`;
}
