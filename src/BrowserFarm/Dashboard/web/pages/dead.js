import { html, useState } from '../core/html.js';
import { ask, post } from '../core/api.js';
import { useAnswer, useMoved } from '../core/hooks.js';
import { count, pages } from '../core/units.js';
import { visible } from '../core/text.js';
import { requery, to } from '../core/router.js';
import { Action } from '../parts/confirm.js';
import { Evidence } from '../parts/evidence.js';
import { Heading } from '../parts/frame.js';
import { Address, Nothing, Text, Trouble } from '../parts/text.js';

const step = 20;

const sumOf = items => items.reduce((sum, item) => sum + item.count, 0);

export function DeadLetters({ query }) {
    const classes = useAnswer('classes', signal => ask('/v1/dead-letters/classes', { signal }));
    const [shown, setShown] = useState(step);
    const crawls = [...Map.groupBy(classes.value?.items ?? [], item => item.crawl)].map(([name, items]) => ({ name, items, sum: sumOf(items) }));
    const crawl = query.get('crawl') ?? '';
    const reason = query.get('class') ?? '';
    const letters = useAnswer(`${crawl}|${reason}|${shown}`, signal => ask(`/v1/dead-letters?crawl=${encodeURIComponent(crawl)}&class=${encodeURIComponent(reason)}&limit=${shown}`, { signal }));
    const reload = () => {
        classes.reload();
        letters.reload();
    };
    useMoved(now => now.queue.pages.failed, reload);
    const everything = classes.value?.totals ?? [];
    const of = crawl ? crawls.find(one => one.name === crawl) : { items: everything, sum: sumOf(everything) };
    const chosen = reason ? (of?.items.find(item => item.class === reason)?.count ?? 0) : (of?.sum ?? 0);
    const whose = crawl ? visible(crawl, 80) : 'all crawls';

    return html`<${Heading} title="Dead letters" />
        <p class="soft lead">Pages that were given up, with what they looked like. Put back in line, they are tried as if for the first time.</p>
        <${Trouble} problem=${classes.problem ?? letters.problem} />
        ${!crawl && !classes.isFirst && everything.length === 0 ? html`<${Nothing}>No page was given up.<//>` : html`
        <form class="bar-form" onSubmit=${event => event.preventDefault()}>
            <label for="crawl">Crawl</label>
            <select id="crawl" value=${crawl} onChange=${event => requery({ crawl: event.target.value, class: '' })}>
                <option value="">All crawls (${count(sumOf(everything))})</option>
                ${!of && html`<option value=${crawl}>${visible(crawl, 80)} (0)</option>`}
                ${crawls.map(one => html`<option key=${one.name} value=${one.name}>${visible(one.name, 80)} (${count(one.sum)})</option>`)}</select>
            ${chosen > 0 && html`<${Action} label=${reason ? 'Put all of this reason back' : 'Put all back'} question=${`Put ${pages(chosen)} of ${whose} back in line?`} yes="Put back in line"
                run=${() => post('/v1/dead-letters/requeue', { ...(crawl ? { crawl } : { allCrawls: true }), ...(reason && { class: reason }) }).then(answer => (reload(), answer))}
                done=${answer => `${pages(answer.requeued)} in line again.${answer.ofCancelledCrawls > 0 ? ` ${pages(answer.ofCancelledCrawls)} of cancelled crawls stay here.` : ''}`} />`}
        </form>
        <ul class="chips" aria-label="Reasons">
            <li><button type="button" class="chip" aria-pressed=${reason === '' ? 'true' : 'false'} onClick=${() => requery({ class: '' })}>All <b>${count(of?.sum ?? 0)}</b></button></li>
            ${(of?.items ?? []).map(item => html`<li key=${item.class}><button type="button" class="chip" aria-pressed=${reason === item.class ? 'true' : 'false'} onClick=${() => requery({ class: item.class })}><${Text} of=${item.class} longest=${60} /> <b>${count(item.count)}</b></button></li>`)}
        </ul>
        <ul class="letters">${(letters.value?.items ?? []).map(letter => html`<${Letter} key=${letter.job} letter=${letter} withCrawl=${!crawl} onDone=${reload} />`)}</ul>
        ${letters.value?.items.length === 0 && html`<${Nothing}>No page was given up for this.<//>`}
        ${letters.value?.next && html`<p><button type="button" onClick=${() => setShown(so => Math.min(1000, so + step))}>More pages</button></p>`}`}`;
}

function Letter({ letter, withCrawl, onDone }) {
    const [isOpen, setOpen] = useState(false);
    return html`<li class="letter">
        <div class="head"><a href=${to('jobs', String(letter.job))}>Job ${letter.job}</a> ${withCrawl && html`<span class="soft">of</span> <a href=${to('crawls', letter.crawl)}><${Text} of=${letter.crawl} longest=${60} /></a> `}<code><${Text} of=${letter.class} longest=${60} /></code> <span class="soft">${letter.tries.length} ${letter.tries.length === 1 ? 'try' : 'tries'}</span></div>
        <p><${Address} of=${letter.url} longest=${200} /></p>
        <p class="soft"><${Text} of=${letter.reason} longest=${400} /></p>
        <div class="buttons">
            <button type="button" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${() => setOpen(!isOpen)}>Evidence<span class="unseen"> of job ${letter.job}</span></button>
            <${Action} label="Put back in line" what=${`job ${letter.job}`} run=${() => post('/v1/dead-letters/requeue', { crawl: letter.crawl, jobs: [letter.job] }).then(onDone)} done=${`Job ${letter.job} is in line again.`} />
        </div>
        ${isOpen && html`<${Evidence} job=${letter.job} evidence=${letter.evidence} />`}
    </li>`;
}
