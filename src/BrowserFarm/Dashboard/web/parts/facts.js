import { html } from '../core/html.js';

/** One number that is read at a glance: what it is, its value with its unit, and what it means. */
export const Fact = ({ label, value, unit, note, tone = '' }) => html`<div class=${`fact ${tone}`}>
    <dt>${label}</dt><dd><span class="value">${value}</span>${unit && html` <span class="unit">${unit}</span>`}</dd>${note && html`<dd class="note">${note}</dd>`}
</div>`;

export const Facts = ({ children, three = false }) => html`<dl class=${`strip${three ? ' three' : ''}`}>${children}</dl>`;
