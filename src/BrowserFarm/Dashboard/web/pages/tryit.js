import { html, useEffect, useState } from '../core/html.js';
import { ask } from '../core/api.js';
import { visibleLines } from '../core/text.js';
import { count, duration, milliseconds } from '../core/units.js';
import { Choice, Field, readNumber, useProblems } from '../parts/form.js';
import { Address, Text } from '../parts/text.js';

/** Shown as text. A page's own markup is never made a page here. */
const texts = { text: 'text', markdown: 'Markdown', main: 'the main content', html: 'HTML as text', metadata: 'metadata' };

export function TryIt() {
    const [busy, setBusy] = useState(false);
    const [read, setRead] = useState(null);
    const { of, take, rest, clear } = useProblems();
    useEffect(() => () => read?.picture && URL.revokeObjectURL(read.picture), [read]);
    const tryIt = async event => {
        event.preventDefault();
        if (busy) return;
        const form = new FormData(event.target);
        const format = form.get('format');
        clear();
        setBusy(true);
        setRead(null);
        const began = performance.now();
        try {
            const body = { url: form.get('url').trim(), page: { formats: [format] }, engine: form.get('engine'), waitSeconds: readNumber(form.get('waitSeconds')) };
            const isPicture = format === 'png';
            const answer = await ask(`/v1/render${isPicture ? '?file=true' : ''}`, { method: 'POST', body, raw: isPicture });
            setRead({ format, took: (performance.now() - began) / 1000, ...(isPicture ? { picture: URL.createObjectURL(await answer.blob()) } : { page: answer }) });
        } catch (problem) {
            take(problem);
        }

        setBusy(false);
    };

    return html`<form class="form" onSubmit=${tryIt} noValidate>
        <${Field} name="url" label="Address" problem=${of('url')} required=${true} placeholder="https://example.org/" />
        <div class="row">
            <${Choice} name="format" label="Show" choices=${[...Object.entries(texts), ['png', 'a picture']]} problem=${of('page/formats')} />
            <${Choice} name="engine" label="Read with" choices=${[['browser', 'a browser'], ['auto', 'a browser where it is needed'], ['http', 'a plain request']]} problem=${of('engine')} />
            <${Field} name="waitSeconds" label="Wait for its turn, s" kind="number" value="30" problem=${of('waitSeconds')} />
        </div>
        <p class="field-problem" role="alert">${rest}</p>
        <button type="submit" class="primary" aria-disabled=${busy ? 'true' : null}>${busy ? 'Reading…' : 'Read it now'}</button>
    </form>
    <div aria-live="polite">${read && html`<${Reading} read=${read} />`}</div>`;
}

function Reading({ read: { page, format, took, picture } }) {
    if (picture) return html`<section aria-labelledby="reading"><h2 id="reading">Read in ${duration(took)}</h2><div class="evidence"><img src=${picture} alt="The page as a picture" /></div></section>`;
    const content = format === 'metadata' ? JSON.stringify(page.metadata, null, 2) : page[format];
    return html`<section aria-labelledby="reading"><h2 id="reading">Read in ${duration(took)}</h2>
        <dl class="facts">
            <div class="wide"><dt>Title</dt><dd><${Text} of=${page.title} longest=${300} /></dd></div>
            <div class="wide"><dt>Ended at</dt><dd><${Address} of=${page.finalUrl} longest=${300} /></dd></div>
            <div><dt>Status</dt><dd>${page.status}</dd></div>
            <div><dt>First byte</dt><dd>${milliseconds(page.timingsMs.firstByte)}</dd></div>
            <div><dt>Altogether</dt><dd>${milliseconds(page.timingsMs.total)}</dd></div>
            <div><dt>Links</dt><dd>${count(page.links?.length ?? 0)}</dd></div>
        </dl>
        <pre class="content" tabindex="0" aria-label=${`The page as ${texts[format]}`}>${visibleLines(content ?? '')}</pre></section>`;
}
