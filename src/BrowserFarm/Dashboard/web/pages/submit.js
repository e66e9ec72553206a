import { html, useState } from '../core/html.js';
import { post } from '../core/api.js';
import { say } from '../core/hooks.js';
import { go, requery, to } from '../core/router.js';
import { Check, Choice, Field, readNumber, readWords, useProblems } from '../parts/form.js';
import { Heading } from '../parts/frame.js';
import { TryIt } from './tryit.js';

const formats = ['text', 'markdown', 'main', 'html', 'metadata', 'png', 'pdf', 'har', 'console', 'network'];

export function Submit({ query }) {
    const single = query.get('what') === 'page';
    return html`<${Heading} title="Submit" />
        <ul class="chips" aria-label="What is wanted">
            <li><button type="button" class="chip" aria-pressed=${single ? 'false' : 'true'} onClick=${() => requery({ what: '' })}>A crawl</button></li>
            <li><button type="button" class="chip" aria-pressed=${single ? 'true' : 'false'} onClick=${() => requery({ what: 'page' })}>Try one page</button></li>
        </ul>
        ${single ? html`<${TryIt} />` : html`<${NewCrawl} />`}`;
}

function NewCrawl() {
    const [busy, setBusy] = useState(false);
    const { of, take, rest, clear } = useProblems();
    const begin = async event => {
        event.preventDefault();
        const form = new FormData(event.target);
        const wanted = {
            name: form.get('name').trim() || undefined,
            urls: readWords(form.get('urls')),
            maxPages: readNumber(form.get('maxPages')),
            maxDepth: readNumber(form.get('maxDepth')),
            include: readWords(form.get('include'), null),
            exclude: readWords(form.get('exclude'), null),
            engine: form.get('engine'),
            order: form.get('order'),
            lane: form.get('lane'),
            sitemaps: form.has('sitemaps') || undefined,
            ignoreRobots: form.has('ignoreRobots') || undefined,
            page: { formats: form.getAll('formats'), waitFor: form.get('waitFor').trim() || undefined },
        };
        clear();
        setBusy(true);
        try {
            const crawl = await post('/v1/crawls', JSON.parse(JSON.stringify(wanted)));
            say(`Begun: ${crawl.id}.`, 'good');
            go(to('crawls', crawl.id));
        } catch (problem) {
            take(problem);
        }

        setBusy(false);
    };

    return html`<form class="form" onSubmit=${begin} noValidate>
        <${Field} name="urls" label="Addresses to begin with" note="One a line. Links are followed within their hosts." problem=${of('urls')} many=${true} required=${true} placeholder="https://example.org/" />
        <${Field} name="name" label="Name" note="Letters, digits, points, hyphens, underscores; left out, one is made." problem=${of('name')} />
        <div class="row">
            <${Field} name="maxPages" label="Pages at most" kind="number" value="500" problem=${of('maxPages')} />
            <${Field} name="maxDepth" label="Links in a row at most" kind="number" placeholder="no bound" problem=${of('maxDepth')} />
        </div>
        <fieldset><legend>Keep of each page</legend><div class="checks">${formats.map(format => html`<${Check} key=${format} name="formats" value=${format} label=${format} checked=${format === 'text'} />`)}</div><p class="field-problem">${of('page/formats')}</p></fieldset>
        <details><summary>More</summary>
            <div class="row">
                <${Choice} name="engine" label="Read with" choices=${[['browser', 'a browser'], ['auto', 'a browser where it is needed'], ['http', 'plain requests']]} problem=${of('engine')} />
                <${Choice} name="order" label="Order" choices=${[['breadth', 'breadth first'], ['depth', 'depth first'], ['best-first', 'as found']]} problem=${of('order')} />
                <${Choice} name="lane" label="Lane" choices=${[['normal', 'normal'], ['urgent', 'urgent'], ['background', 'background']]} problem=${of('lane')} />
            </div>
            <div class="row">
                <${Field} name="include" label="Only links like" note="Globs, one a line: /docs/*" many=${true} problem=${of('include')} />
                <${Field} name="exclude" label="No links like" note="Globs, one a line: *print*" many=${true} problem=${of('exclude')} />
            </div>
            <${Field} name="waitFor" label="Wait for" note="A CSS selector that must match before a page is read." problem=${of('page/waitFor')} />
            <div class="checks"><${Check} name="sitemaps" label="Begin also with what the sitemaps list" /><${Check} name="ignoreRobots" label="Do not ask robots.txt" /></div>
        </details>
        <p class="field-problem" role="alert">${rest}</p>
        <button type="submit" class="primary" aria-disabled=${busy ? 'true' : null}>${busy ? 'Beginning…' : 'Begin the crawl'}</button>
    </form>`;
}
