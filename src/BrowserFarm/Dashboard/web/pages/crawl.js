import { html, useEffect, useState } from '../core/html.js';
import { ask, crawlPath } from '../core/api.js';
import { useAnswer, useMoved } from '../core/hooks.js';
import { visibleLines } from '../core/text.js';
import { states } from '../core/words.js';
import { count, date } from '../core/units.js';
import { to } from '../core/router.js';
import { CrawlActions } from '../parts/crawlactions.js';
import { Fact, Facts } from '../parts/facts.js';
import { Heading } from '../parts/frame.js';
import { State } from '../parts/icon.js';
import { Jobs } from '../parts/jobs.js';
import { Progress } from '../parts/progress.js';
import { Text, Trouble } from '../parts/text.js';

export function CrawlPage({ path, query }) {
    const name = path[1];
    const { value, problem, reload } = useAnswer(name, signal => ask(crawlPath(name), { signal }));
    const told = useProgress(name, value !== null && !isOver(value), reload);
    // Pausing changes no number: whoever asks last knows best.
    useMoved(now => JSON.stringify(now.queue.pages), reload, 3000);
    if (problem && !value) return html`<${Heading} title="Crawl" /><${Trouble} problem=${problem} /><p><a href=${to('crawls')}>All crawls</a></p>`;
    if (!value) return html`<${Heading} title="Crawl" /><p class="nothing" aria-busy="true">Asking…</p>`;
    const crawl = told && told.id === value.id ? { ...value, state: told.state, pages: told.pages } : value;
    return html`<p class="crumbs"><a href=${to('crawls')}>Crawls</a></p>
        <${Heading} title=${name}><${Text} of=${name} longest=${80} /><//>
        <div class="hero"><p><${State} of=${crawl.state} words=${states} large=${true} /> <span class="soft">begun ${date(crawl.createdAt)}</span></p><${CrawlActions} crawl=${crawl} onDone=${reload} /></div>
        <${Progress} pages=${crawl.pages} />
        <${Facts}>
            <${Fact} label="Read" value=${count(crawl.pages.succeeded)} unit="pages" note=${`of ${count(crawl.spec.maxPages)} at most`} />
            <${Fact} label="Failed" value=${count(crawl.pages.failed)} unit="pages" tone=${crawl.pages.failed > 0 ? 'warn' : ''} note=${crawl.pages.failed > 0 ? html`<a href=${to('dead', { crawl: name })}>see why</a>` : 'none given up'} />
            <${Fact} label="Running" value=${count(crawl.pages.running)} unit="pages" />
            <${Fact} label="Waiting" value=${count(crawl.pages.waiting)} unit="pages" note=${crawl.pages.deferred > 0 ? `and ${count(crawl.pages.deferred)} outside the line` : ''} />
        <//>
        <${Downloads} name=${name} read=${crawl.pages.succeeded} />
        <${Failures} name=${name} failed=${crawl.pages.failed} />
        <${Jobs} crawl=${name} state=${query.get('state') ?? ''} moved=${JSON.stringify(crawl.pages)} />
        <details class="spec"><summary>What was asked for</summary><pre tabindex="0" aria-label="What was asked for">${visibleLines(JSON.stringify(crawl.spec, null, 2))}</pre></details>`;
}

const isOver = crawl => ['finished', 'cancelled'].includes(crawl.state) && crawl.pages.running === 0;

/** The crawl's own stream: its numbers as they change, until it is over. It may go on afterwards, when pages are put back in line. */
function useProgress(name, goesOn, reload) {
    const [told, setTold] = useState(null);
    useEffect(() => {
        if (!goesOn) {
            setTold(null);
            return undefined;
        }

        let [source, timer, pause] = [null, 0, 1000];
        const open = () => {
            source = new EventSource(`${crawlPath(name)}/events`);
            source.addEventListener('progress', event => (pause = 1000, setTold(JSON.parse(event.data))));
            source.addEventListener('end', async event => {
                source.close();
                setTold(JSON.parse(event.data));
                await reload();
                setTold(null);
            });
            source.addEventListener('error', () => {
                source.close();
                timer = setTimeout(open, pause);
                pause = Math.min(8000, pause * 2);
            });
        };
        const turned = () => {
            source?.close();
            clearTimeout(timer);
            if (!document.hidden) open();
        };
        turned();
        document.addEventListener('visibilitychange', turned);
        return () => {
            document.removeEventListener('visibilitychange', turned);
            source?.close();
            clearTimeout(timer);
        };
    }, [name, goesOn]);
    return told;
}

const Downloads = ({ name, read }) => html`<section aria-labelledby="results"><h2 id="results">Results</h2>
    ${read === 0 ? html`<p class="nothing">Nothing was read yet.</p>` : html`<p class="downloads">${[['ndjson', 'Lines (NDJSON)'], ['csv', 'Table (CSV)'], ['json', 'Array (JSON)']].map(([format, words]) => html`<a key=${format} class="button" href=${`${crawlPath(name)}/results?limit=1000000&format=${format}`} download=${`${name}.${format}`}>${words}</a>`)}
    <span class="soft">what was read until now, up to a million pages</span></p>`}
</section>`;

function Failures({ name, failed }) {
    const { value, reload } = useAnswer(`classes ${name}`, signal => ask(`/v1/dead-letters/classes?crawl=${encodeURIComponent(name)}`, { signal }));
    useEffect(() => {
        reload();
    }, [failed]);
    if (!value?.items.length) return null;
    return html`<section aria-labelledby="failures"><h2 id="failures">Why pages failed</h2>
        <ul class="chips">${value.items.map(item => html`<li key=${item.class}><a class="chip" href=${to('dead', { crawl: name, class: item.class })}><${Text} of=${item.class} longest=${60} /> <b>${count(item.count)}</b></a></li>`)}</ul></section>`;
}
