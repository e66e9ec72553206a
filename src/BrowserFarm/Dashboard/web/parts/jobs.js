import { html, useEffect, useState } from '../core/html.js';
import { ask, crawlPath } from '../core/api.js';
import { useAnswer } from '../core/hooks.js';
import { states } from '../core/words.js';
import { count } from '../core/units.js';
import { requery, to } from '../core/router.js';
import { State } from './icon.js';
import { Table } from './table.js';
import { Address, Text, Trouble } from './text.js';

const step = 50;
const choices = ['', 'running', 'waiting', 'deferred', 'succeeded', 'failed', 'cancelled'];

/** The jobs of a crawl, in one state and with a part of an address if that is wanted; again whenever its numbers move. */
export function Jobs({ crawl, state, moved }) {
    const [shown, setShown] = useState(step);
    const [part, setPart] = useState('');
    const query = `limit=${shown}&state=${state}&url=${encodeURIComponent(part)}`;
    const { value, problem, isFirst, reload } = useAnswer(`${crawl}|${query}`, signal => ask(`${crawlPath(crawl)}/jobs?${query}`, { signal }));
    useEffect(() => {
        const timer = !isFirst && setTimeout(reload, 700);
        return () => clearTimeout(timer);
    }, [moved]);

    return html`<section aria-labelledby="jobs"><h2 id="jobs">Pages</h2>
        <form class="bar-form" role="search" onSubmit=${event => event.preventDefault()}>
            <label for="state">State</label>
            <select id="state" value=${state} onChange=${event => requery({ state: event.target.value })}>${choices.map(choice => html`<option key=${choice} value=${choice}>${choice === '' ? 'all' : states[choice][0]}</option>`)}</select>
            <label for="part">Address contains</label>
            <input id="part" type="search" value=${part} onChange=${event => setPart(event.target.value.trim())} autocomplete="off" spellcheck="false" />
        </form>
        <${Trouble} problem=${problem} />
        <${Table} caption="Pages of the crawl by number" keyOf=${job => job.id} rows=${value?.items ?? []} nothing=${isFirst ? 'Asking…' : 'No page is like that.'} columns=${[
        { key: 'id', label: 'Job', main: true, of: job => html`<a href=${to('jobs', String(job.id))}>${job.id}</a>` },
        { key: 'state', label: 'State', of: job => html`<${State} of=${job.state} words=${states} />` },
        { key: 'url', label: 'Address', wide: true, of: job => html`<${Address} of=${job.url} longest=${120} />` },
        { key: 'depth', label: 'Depth', number: true, aside: true, of: job => count(job.depth) },
        { key: 'tries', label: 'Tries', number: true, of: job => count(job.attempts) },
        { key: 'class', label: 'Failed for', of: job => (job.class ? html`<code><${Text} of=${job.class} longest=${60} /></code>` : null) },
    ]} />
        ${value?.next && html`<p><button type="button" onClick=${() => setShown(so => Math.min(1000, so + 2 * step))}>More pages</button></p>`}
    </section>`;
}
