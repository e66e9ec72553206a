import { html, useState } from '../core/html.js';
import { ask } from '../core/api.js';
import { useAnswer, useLive, useMoved } from '../core/hooks.js';
import { to } from '../core/router.js';
import { contextBounds, contextStates, poolEnds, states, workerBounds } from '../core/words.js';
import { bytes, count, duration, pages, percent } from '../core/units.js';
import { Chart } from '../parts/chart.js';
import { Fact, Facts } from '../parts/facts.js';
import { Heading } from '../parts/frame.js';
import { State } from '../parts/icon.js';
import { Table } from '../parts/table.js';
import { Text, Trouble } from '../parts/text.js';

/** A browser or driver that says nothing for longer is worth a look. */
const silent = 30;

/** Contexts that are shown before more are asked for. */
const few = 20;

export function Pool() {
    const { now, history } = useLive();
    if (!now) return html`<${Heading} title="Pool" /><p class="nothing" aria-busy="true">Asking…</p>`;
    const { pool } = now;
    const total = pool.totals;
    return html`<${Heading} title="Pool" />
        <p class="soft lead">A cell is one browser with its driver; a context is one visitor in it, lent to one page at a time.</p>
        ${pool.launchRefusedSeconds > 0 && html`<p class="trouble" role="alert">No browser is started for ${duration(pool.launchRefusedSeconds)}: several in a row did not come up.</p>`}
        <${Facts}>
            <${Fact} label="Contexts" value=${`${pool.contextsInUse} / ${pool.contexts}`} unit="in use" note=${`bounded by ${contextBounds[pool.contextsBound] ?? pool.contextsBound}`} />
            <${Fact} label="On loan" value=${count(pool.leased)} note=${`${pool.opening} opening, ${pool.closing} closing`} />
            <${Fact} label="Warm" value=${count(pool.idle)} note="open between two pages" />
            <${Fact} label="Waiting" value=${count(pool.waiting)} note="pages in line for a context" />
            <${Fact} label="Workers" value=${`${pool.workersBusy} / ${pool.workers}`} unit="busy" note=${`held by ${workerBounds[pool.workersBound] ?? pool.workersBound}`} />
            <${Fact} label="Without browser" value=${`${pool.httpBusy} / ${pool.httpWorkers}`} unit="busy" note="plain requests" />
            <${Fact} label="Memory" value=${bytes(pool.memoryUsedBytes)} tone=${pool.memoryPressure === 'normal' ? '' : 'warn'} note=${`${percent(pool.memoryUsedBytes / pool.memoryLimitBytes)} of ${bytes(pool.memoryLimitBytes)}, pressure ${pool.memoryPressure}`} />
            <${Fact} label="A tab costs" value=${bytes(pool.tabBytes)} note=${`a browser ${bytes(pool.cellBytes)}`} />
        <//>
        <section class="charts two" aria-label="The last minutes">
            <${Chart} title="Contexts" at=${history.at} format=${count} series=${[{ label: 'may be open', colour: '--soft', of: history.farm.contexts, step: true, dash: true }, { label: 'in use', colour: '--c1', of: history.farm.inUse, step: true, fill: true }]} />
            <${Chart} title="Memory in use" at=${history.at} format=${bytes} series=${[{ label: `of ${bytes(pool.memoryLimitBytes)}`, colour: '--c3', of: history.farm.memory, fill: true }]} />
        </section>
        <section aria-labelledby="cells"><h2 id="cells">Cells</h2>
        <${Table} caption="Cells, the oldest first" keyOf=${cell => cell.id} rows=${pool.cells} nothing="No browser runs." columns=${[
        { key: 'id', label: 'Cell', main: true, of: cell => `Cell ${cell.id}` },
        { key: 'state', label: 'State', of: cell => html`<${State} of=${cell.state} words=${states} />` },
        { key: 'contexts', label: 'Contexts', number: true, of: cell => html`${count(cell.contexts)} <span class="soft">of ${count(cell.served)} ever</span>` },
        { key: 'age', label: 'Age', number: true, of: cell => duration(cell.ageSeconds) },
        { key: 'memory', label: 'Memory', number: true, of: cell => (cell.memoryBytes > 0 ? bytes(cell.memoryBytes) : html`<span class="soft">not measured yet</span>`) },
        { key: 'crashes', label: 'Crashed tabs', number: true, of: cell => count(cell.crashes) },
        { key: 'silent', label: 'Last sign of life', number: true, of: cell => html`<span class=${cell.silentSeconds > silent ? 'tone-warn' : ''}>${duration(cell.silentSeconds)} ago</span>` },
        { key: 'pid', label: 'Process', number: true, of: cell => cell.browserPid ?? '–' },
    ]} /></section>
        <${Contexts} />
        <section aria-labelledby="totals"><h2 id="totals">Since the service started</h2>
        <${Facts} three=${true}>
            <${Fact} label="Contexts opened" value=${count(total.contextsOpened)} note=${`${pages(total.contextsReused)} had a warm one`} />
            <${Fact} label="Browsers started" value=${count(total.cellsStarted)} />
            <${Fact} label="Recycled" value=${count(total.cellsRecycled)} unit="browsers" note="worn out, replaced in order" />
            <${Fact} label="Lost" value=${count(total.cellsLost)} unit="browsers" tone=${total.cellsLost > 0 ? 'warn' : ''} note="died or were killed" />
            <${Fact} label="Kills" value=${count(total.kills)} unit="contexts" tone=${total.kills > 0 ? 'warn' : ''} note=${`a page counts as hung after ${duration(pool.killAfterSeconds)}`} />
            <${Fact} label="For memory" value=${count(total.memoryKills)} unit="processes" tone=${total.memoryKills > 0 ? 'warn' : ''} note="killed before it ran out" />
        <//><${Ends} of=${pool.ends} /></section>`;
}

/** One by one, asked for only while somebody looks at this page. */
function Contexts() {
    const answer = useAnswer('contexts', signal => ask('/v1/pool/contexts', { signal }));
    const [all, setAll] = useState(false);
    useMoved(now => now.at, answer.reload, 2000);
    const items = answer.value?.items ?? [];
    const more = answer.value?.more ?? 0;
    return html`<section aria-labelledby="contexts"><h2 id="contexts">Open contexts</h2>
        <${Trouble} problem=${answer.problem} />
        ${answer.isFirst ? html`<p class="nothing" aria-busy="true">Asking…</p>` : html`<${Table} caption="Open contexts, the oldest first" keyOf=${context => items.indexOf(context)} rows=${all ? items : items.slice(0, few)} nothing="No context is open." columns=${[
        { key: 'target', label: 'For', main: true, wide: true, of: context => (context.target ? html`<${Text} of=${context.target} longest=${80} />` : html`<span class="soft">${context.state === 'blank' ? 'anybody' : 'one page only'}</span>`) },
        { key: 'state', label: 'State', of: context => html`<${State} of=${context.state} words=${contextStates} />` },
        { key: 'holder', label: 'Held by', of: context => context.holder && html`<${Holder} of=${context.holder} /> <span class="soft">for ${duration(context.heldSeconds)}</span>` },
        { key: 'owner', label: 'Visitor of', of: context => context.owner && html`<${Text} of=${context.owner} longest=${60} />` },
        { key: 'leases', label: 'Pages', number: true, of: context => count(context.leases) },
        { key: 'age', label: 'Age', number: true, of: context => duration(context.ageSeconds) },
        { key: 'cell', label: 'Cell', number: true, of: context => count(context.cell) },
    ]} />`}
        ${!all && items.length > few && html`<p><button type="button" onClick=${() => setAll(true)}>Show all ${count(items.length)}</button></p>`}
        ${more > 0 && (all || items.length <= few) && html`<p class="soft">And ${count(more)} younger ones.</p>`}
    </section>`;
}

function Holder({ of }) {
    const job = /^job (\d+)$/.exec(of);
    return job ? html`<a href=${to('jobs', job[1])}>Job ${job[1]}</a>` : html`<${Text} of=${of} longest=${60} />`;
}

/** Why contexts, pages and browsers ended, the most frequent reason first. */
function Ends({ of }) {
    const groups = Object.entries(poolEnds).map(([key, [title, words]]) => ({ key, title, words, items: of.filter(end => end.of === key).sort((one, other) => other.count - one.count) })).filter(group => group.items.length > 0);
    return groups.length > 0 && html`<div class="reasons">${groups.map(({ key, title, words, items }) => html`<section key=${key} aria-labelledby=${`ends-${key}`}>
        <h3 id=${`ends-${key}`}>${title}</h3>
        <ul>${items.map(end => html`<li key=${end.reason}><span>${words[end.reason] ?? end.reason.replaceAll('_', ' ')}</span> <b>${count(end.count)}</b></li>`)}</ul>
    </section>`)}</div>`;
}
