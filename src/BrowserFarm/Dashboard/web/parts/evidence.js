import { html } from '../core/html.js';
import { visibleLines } from '../core/text.js';
import { Address } from './text.js';

/** What a failed page looked like. The picture is a file of the service's own, never the page. */
export function Evidence({ job, evidence }) {
    if (!evidence) return html`<p class="nothing">No evidence was kept: of pages that are not there none is, and some have nothing to show.</p>`;
    return html`<div class="evidence">
        ${evidence.url && html`<p><span class="soft">Stood at</span> <${Address} of=${evidence.url} /></p>`}
        ${evidence.screenshot && html`<a href=${`/v1/jobs/${job}/artifacts/screenshot`} target="_blank" rel="noopener"><img src=${`/v1/jobs/${job}/artifacts/screenshot`} alt=${`The page of job ${job} when it failed`} loading="lazy" /></a>`}
        ${evidence.console?.length > 0
            ? html`<h3>Console</h3><pre tabindex="0" aria-label="Console of the page">${visibleLines(evidence.console.join('\n'))}</pre>`
            : html`<p class="soft">Its console was not watched, or said nothing (it is watched from the second try on).</p>`}
    </div>`;
}
