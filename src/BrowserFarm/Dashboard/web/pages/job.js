import { html } from '../core/html.js';
import { act, ask } from '../core/api.js';
import { useAnswer, useLive, useMoved } from '../core/hooks.js';
import { states } from '../core/words.js';
import { count, date, duration, milliseconds, time } from '../core/units.js';
import { to } from '../core/router.js';
import { Action } from '../parts/confirm.js';
import { Evidence } from '../parts/evidence.js';
import { Heading } from '../parts/frame.js';
import { State } from '../parts/icon.js';
import { Address, Text, Trouble } from '../parts/text.js';
import { Tries, Waits } from '../parts/tries.js';

/** Formats that are shown as what they are. */
const pictures = ['png', 'jpeg', 'webp'];

const isOver = state => ['succeeded', 'failed', 'cancelled'].includes(state);

export function JobPage({ path }) {
    const id = path[1];
    const { value: job, problem, reload } = useAnswer(id, signal => ask(`/v1/jobs/${encodeURIComponent(id)}`, { signal }));
    useMoved(now => (job && isOver(job.state) ? null : now.at), reload, 1000);
    if (!job) return html`<${Heading} title=${`Job ${id}`} />${problem ? html`<${Trouble} problem=${problem} />` : html`<p class="nothing" aria-busy="true">Asking…</p>`}`;
    return html`<p class="crumbs"><a href=${to('crawls')}>Crawls</a> / <a href=${to('crawls', job.crawl)}><${Text} of=${job.crawl} longest=${60} /></a></p>
        <${Heading} title=${`Job ${id}`} />
        <p class="joburl"><${Address} of=${job.url} longest=${600} /></p>
        <div class="hero"><p><${State} of=${job.state} words=${states} large=${true} />
            <span class="soft">${job.lane} lane${job.priority ? `, priority ${job.priority}` : ''} · depth ${job.depth} · ${job.engine} · ${count(job.attempts)} counted ${job.attempts === 1 ? 'try' : 'tries'}${job.holds ? `, ${count(job.holds)} held` : ''}</span></p>
            <div class="buttons">
                ${!isOver(job.state) && html`<${Action} label="Cancel" danger=${true} run=${() => act(`/v1/jobs/${id}/cancel`).then(reload)} done=${`Job ${id} was called off.`} />`}
                ${job.state === 'failed' && html`<${Action} label="Put back in line" run=${() => act(`/v1/jobs/${id}/retry`).then(reload)} done=${`Job ${id} is in line again.`} />`}
            </div></div>
        ${job.state === 'running' && html`<p>Worked on since ${time(job.runningSince)}.</p>`}
        ${(job.state === 'waiting' || job.state === 'deferred') && html`<${Why} id=${id} job=${job} />`}
        ${job.failure && html`<section aria-labelledby="why"><h2 id="why">Why it failed</h2><p><code><${Text} of=${job.failure.class} longest=${60} /></code> <${Text} of=${job.failure.reason} longest=${800} /></p><${Evidence} job=${job.id} evidence=${job.evidence} /></section>`}
        ${job.state === 'succeeded' && html`<${Result} id=${id} files=${job.artifacts} />`}
        <section aria-labelledby="tries"><h2 id="tries">Tries</h2><${Tries} tries=${job.tries} /></section>`;
}

/** Why it waits, until when, and how many go before it. */
function Why({ id, job }) {
    const { value: why, reload } = useAnswer(`why ${id}`, signal => ask(`/v1/explain?job=${encodeURIComponent(id)}`, { signal }));
    const { now } = useLive();
    useMoved(seen => seen.at, reload, 2000);
    if (!why) return null;
    const left = instant => duration(Math.max(0, (new Date(instant) - new Date(now?.at ?? Date.now())) / 1000));
    return html`<section class="callout" aria-labelledby="waits"><h2 id="waits">Why it waits</h2>
        <p>${why.reason ?? 'Nobody can say.'}</p>
        <dl class="facts">
            ${why.until && html`<div><dt>Until</dt><dd>${time(why.until)}, in ${left(why.until)}</dd></div>`}
            ${why.ahead != null && html`<div><dt>Before it</dt><dd>${count(why.ahead)} pages</dd></div>`}
            ${why.about && html`<div><dt>Its turn</dt><dd>about ${time(why.about)}</dd></div>`}
            ${job.waitedMs && html`<div class="wide"><dt>Waited so far for</dt><dd><${Waits} of=${job.waitedMs} /></dd></div>`}
        </dl></section>`;
}

/** What was read. Its text may have megabytes and is left to the API. */
function Result({ id, files }) {
    const { value: page, problem } = useAnswer(`result ${id}`, signal => ask(`/v1/jobs/${encodeURIComponent(id)}/result`, { signal }));
    if (!page) return html`<${Trouble} problem=${problem} />`;
    return html`<section aria-labelledby="result"><h2 id="result">What was read</h2>
        <dl class="facts">
            <div class="wide"><dt>Title</dt><dd>${page.title ? html`<${Text} of=${page.title} longest=${300} />` : html`<span class="soft">none</span>`}</dd></div>
            ${page.finalUrl !== page.url && html`<div class="wide"><dt>Ended at</dt><dd><${Address} of=${page.finalUrl} longest=${300} /></dd></div>`}
            <div><dt>Status</dt><dd>${page.status}</dd></div>
            <div><dt>Read at</dt><dd>${date(page.fetchedAt)}</dd></div>
            <div><dt>First byte</dt><dd>${milliseconds(page.timingsMs.firstByte)}</dd></div>
            <div><dt>Quiet after</dt><dd>${milliseconds(page.timingsMs.settled)}${page.settled ? '' : ' (it never was)'}</dd></div>
            <div><dt>Altogether</dt><dd>${milliseconds(page.timingsMs.total)}</dd></div>
            <div><dt>Links</dt><dd>${count(page.links?.length ?? 0)}</dd></div>
            ${page.fields && Object.entries(page.fields).slice(0, 40).map(([name, value]) => html`<div key=${name} class="wide"><dt><${Text} of=${name} longest=${60} /></dt><dd><${Text} of=${typeof value === 'string' ? value : JSON.stringify(value)} longest=${300} /></dd></div>`)}
        </dl>
        <p class="downloads"><a class="button" href=${`/v1/jobs/${id}/result`} target="_blank" rel="noopener">All of it (JSON)</a>
            ${files.map(name => html`<a key=${name} class="button" href=${`/v1/jobs/${id}/artifacts/${encodeURIComponent(name)}`} download>${name}</a>`)}</p>
        ${files.filter(name => pictures.includes(name)).map(name => html`<div key=${name} class="evidence"><img src=${`/v1/jobs/${id}/artifacts/${name}`} alt="The page as it was read" loading="lazy" /></div>`)}</section>`;
}
