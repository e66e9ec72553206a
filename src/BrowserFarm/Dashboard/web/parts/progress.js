import { html } from '../core/html.js';
import { count } from '../core/units.js';

/** Pages of a crawl by state, as one bar with its numbers beside it. */
export function Progress({ pages, words = true }) {
    const parts = [
        ['read', pages.succeeded, 'good'],
        ['failed', pages.failed, 'bad'],
        ['cancelled', pages.cancelled, 'calm'],
        ['running', pages.running, 'now'],
        ['waiting', pages.waiting + pages.deferred, 'rest'],
    ].filter(([, number]) => number > 0);
    const text = parts.map(([word, number]) => `${count(number)} ${word}`).join(' · ') || 'no pages yet';
    return html`<div class="progress">
        <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label=${text}>${layOut(parts, pages.total).map(part => html`<rect key=${part.word} class=${part.tone} x=${part.from} y="0" width=${part.width} height="6" />`)}</svg>
        ${words && html`<span class="soft">${text}</span>`}
    </div>`;
}

function layOut(parts, total) {
    let from = 0;
    return parts.map(([word, number, tone]) => {
        const width = (100 * number) / Math.max(1, total);
        from += width;
        return { word, tone, from: (from - width).toFixed(2), width: width.toFixed(2) };
    });
}
