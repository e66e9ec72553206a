import { html } from '../core/html.js';
import { ends, waits } from '../core/words.js';
import { date, duration, milliseconds, time } from '../core/units.js';
import { Text } from './text.js';

/** What kept it, longest first, in words. */
export function Waits({ of }) {
    const kept = waits.map(([key, words]) => [key, words, of?.[key] ?? 0]).filter(([, , length]) => length > 0).sort((a, b) => b[2] - a[2]);
    return kept.length === 0
        ? html`<span class="soft">nothing</span>`
        : html`<ul class="waits">${kept.map(([key, words, length]) => html`<li key=${key}><b>${milliseconds(length)}</b> ${words}</li>`)}</ul>`;
}

/** The tries of a job on one scale of time: waiting, then working. */
export function Tries({ tries }) {
    if (tries.length === 0) return html`<p class="nothing">It was not tried yet.</p>`;
    const from = Math.min(...tries.map(one => new Date(one.queuedAt)));
    const span = Math.max(1, Math.max(...tries.map(one => new Date(one.endedAt))) - from);
    const at = instant => (100 * (new Date(instant) - from)) / span;
    return html`<ol class="tries">${tries.map((one, index) => html`<li key=${one.number}>
        <div class="head"><b>Try ${index + 1}</b> <span class=${`outcome ${one.ended === 'ack' ? 'good' : one.ended === 'dead-letter' ? 'bad' : 'calm'}`}>${ends[one.ended] ?? one.ended}</span>
            ${one.class && html`<code><${Text} of=${one.class} longest=${60} /></code>`}</div>
        <svg class="span" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="rest" x=${at(one.queuedAt)} width=${Math.max(0.2, at(one.startedAt) - at(one.queuedAt))} y="2" height="2" />
            <rect class=${one.ended === 'ack' ? 'good' : 'now'} x=${at(one.startedAt)} width=${Math.max(0.6, at(one.endedAt) - at(one.startedAt))} y="0" height="6" />
        </svg>
        ${one.reason && html`<p><${Text} of=${one.reason} longest=${500} /></p>`}
        <dl class="facts">
            <div><dt>Began</dt><dd title=${date(one.startedAt)}>${time(one.startedAt)}</dd></div>
            <div><dt>Worked on for</dt><dd>${duration((new Date(one.endedAt) - new Date(one.startedAt)) / 1000)}</dd></div>
            <div><dt>Waited before</dt><dd>${duration((new Date(one.startedAt) - new Date(one.queuedAt)) / 1000)}</dd></div>
            <div class="wide"><dt>Waited for</dt><dd><${Waits} of=${one.waitedMs} /></dd></div>
        </dl>
    </li>`)}</ol>`;
}
