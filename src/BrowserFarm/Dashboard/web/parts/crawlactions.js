import { html } from '../core/html.js';
import { act, crawlPath } from '../core/api.js';
import { count } from '../core/units.js';
import { Action } from './confirm.js';

/** Pause, resume and cancel, as far as the crawl's state lets them. */
export function CrawlActions({ crawl, onDone }) {
    const path = crawlPath(crawl.id);
    const then = answer => {
        onDone?.();
        return answer;
    };
    const isOver = crawl.state === 'finished' || crawl.state === 'cancelled';
    return html`<div class="buttons">
        ${crawl.state === 'running' && html`<${Action} label="Pause" what=${crawl.id} run=${() => act(`${path}/pause`).then(then)} done=${`Paused: ${crawl.id}. Pages that are open are read to their end.`} />`}
        ${crawl.state === 'paused' && html`<${Action} label="Resume" what=${crawl.id} run=${() => act(`${path}/resume`).then(then)} done=${`Resumed: ${crawl.id}.`} />`}
        ${!isOver && html`<${Action} label="Cancel" what=${crawl.id} danger=${true} yes="Cancel the crawl" question=${`Cancel ${crawl.id} for good? ${count(crawl.pages.waiting + crawl.pages.deferred)} waiting pages end, open ones are closed. What was read is kept.`}
            run=${() => act(`${path}/cancel`).then(then)} done=${answer => `Cancelled: ${crawl.id}. ${count(answer.waiting)} waiting pages ended, ${answer.closed} of ${answer.running} open ones were closed.`} />`}
    </div>`;
}
