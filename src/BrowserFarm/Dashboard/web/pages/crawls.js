import { html, useEffect, useState } from '../core/html.js';
import { ask } from '../core/api.js';
import { useAnswer, useLive, useMoved } from '../core/hooks.js';
import { states } from '../core/words.js';
import { ago, date } from '../core/units.js';
import { requery, to } from '../core/router.js';
import { CrawlActions } from '../parts/crawlactions.js';
import { Heading } from '../parts/frame.js';
import { State } from '../parts/icon.js';
import { Progress } from '../parts/progress.js';
import { Table } from '../parts/table.js';
import { Text, Trouble } from '../parts/text.js';

const step = 25;

export function Crawls({ query }) {
    const { now } = useLive();
    const name = query.get('name') ?? '';
    const [shown, setShown] = useState(step);
    const [typed, setTyped] = useState(name);
    const { value, problem, isFirst, reload } = useAnswer(`${name}|${shown}`, signal => ask(`/v1/crawls?limit=${shown}&name=${encodeURIComponent(name)}`, { signal }));
    useMoved(seen => JSON.stringify(seen.queue.pages), reload);
    useEffect(() => {
        const timer = typed !== name && setTimeout(() => requery({ name: typed }), 250);
        return () => clearTimeout(timer);
    }, [typed]);

    const at = new Date(now?.at ?? Date.now());
    return html`<${Heading} title="Crawls" />
        <form class="bar-form" role="search" onSubmit=${event => { event.preventDefault(); requery({ name: typed }); }}>
            <label for="name">Name contains</label>
            <input id="name" type="search" value=${typed} onInput=${event => setTyped(event.target.value)} autocomplete="off" spellcheck="false" />
            <a class="button" href=${to('submit')}>New crawl</a>
        </form>
        <${Trouble} problem=${problem} />
        <${Table} caption="Crawls, those begun last first" keyOf=${crawl => crawl.id} rows=${value?.items ?? []} nothing=${isFirst ? 'Asking…' : name ? 'No crawl has such a name.' : 'No crawl was begun yet.'} columns=${[
        { key: 'name', label: 'Crawl', main: true, of: crawl => html`<a href=${to('crawls', crawl.id)}><${Text} of=${crawl.id} longest=${80} /></a>` },
        { key: 'state', label: 'State', of: crawl => html`<${State} of=${crawl.state} words=${states} />` },
        { key: 'pages', label: 'Pages', wide: true, of: crawl => html`<${Progress} pages=${crawl.pages} />` },
        { key: 'begun', label: 'Begun', of: crawl => html`<time datetime=${crawl.createdAt} title=${date(crawl.createdAt)}>${ago(crawl.createdAt, at)}</time>` },
        { key: 'do', label: 'Do', of: crawl => html`<${CrawlActions} crawl=${crawl} onDone=${reload} />` },
    ]} />
        ${value?.next && html`<p><button type="button" onClick=${() => setShown(count => Math.min(1000, count + step))}>More crawls</button></p>`}`;
}
