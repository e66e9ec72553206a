import { html } from '../core/html.js';
import { ask } from '../core/api.js';
import { useAnswer, useLive, useMoved } from '../core/hooks.js';
import { contextBounds, pipeline, states, workerBounds } from '../core/words.js';
import { bytes, count, duration, percent, rate, signedRate } from '../core/units.js';
import { to } from '../core/router.js';
import { Chart } from '../parts/chart.js';
import { Fact, Facts } from '../parts/facts.js';
import { Heading } from '../parts/frame.js';
import { State } from '../parts/icon.js';
import { Progress } from '../parts/progress.js';
import { Table } from '../parts/table.js';
import { Text } from '../parts/text.js';

const shown = 6;

export function Overview() {
    const { now, history, state } = useLive();
    if (!now) return html`<${Heading} title="Overview" /><p class="nothing" aria-busy="true">${state === 'lost' ? 'The service does not answer.' : 'Asking the service how it does…'}</p>`;
    const { queue, pool } = now;
    return html`<${Heading} title="Overview"><span class="unseen">Overview</span><//>
        <section class="hero" aria-label="How the farm does">
            <p><${State} of=${queue.state} words=${pipeline} large=${true} /> <span class="why" aria-live="polite">${queue.reason}</span></p>
            ${queue.storage && html`<p class="trouble">Nothing can be written: ${queue.storage}</p>`}
            ${queue.discovery !== 'none' && html`<p class="soft">Links that are found wait outside the lines (${queue.discovery}).</p>`}
            ${queue.nodesAdvised > 1 && html`<p class="soft">${queue.nodesAdvised} machines like this one would empty the queue in time.</p>`}
        </section>
        <${Numbers} queue=${queue} pool=${pool} history=${history} />
        <section class="charts" aria-label="The last minutes">
            <${Chart} title="Pages per second" at=${history.at} format=${number => `${rate(number)}/s`} series=${[{ label: 'ended', colour: '--c1', of: history.farm.ended, fill: true }]} />
            <${Chart} title="Queue" at=${history.at} format=${count} series=${[{ label: 'waiting', colour: '--c2', of: history.farm.waiting, fill: true }, { label: 'running', colour: '--c1', of: history.farm.running }]} />
            <${Chart} title="Contexts" at=${history.at} format=${count} series=${[{ label: 'may be open', colour: '--soft', of: history.farm.contexts, step: true, dash: true }, { label: 'in use', colour: '--c1', of: history.farm.inUse, step: true, fill: true }]} />
            <${Chart} title="Memory in use" at=${history.at} format=${bytes} series=${[{ label: `of ${bytes(pool.memoryLimitBytes)}`, colour: '--c3', of: history.farm.memory, fill: true }]} />
        </section>
        <div class="pair"><${Latest} /><${Busiest} targets=${now.targets} history=${history} /></div>`;
}

function Numbers({ queue, pool, history }) {
    const waiting = queue.pages.waiting + queue.pages.deferred;
    const success = history.successRatio();
    const kills = pool.totals.kills + pool.totals.memoryKills;
    const isLow = success !== null && success < 0.9;
    return html`<${Facts}>
        <${Fact} label="Pace" value=${rate(queue.endedPerSecond)} unit="pages/s" note=${`${rate(queue.foundPerSecond)}/s found`} />
        <${Fact} label="Success" value=${percent(success)} tone=${isLow ? 'warn' : ''} note=${success === null ? 'no page ended lately' : `${isLow ? 'low, ' : ''}of the last minutes`} />
        <${Fact} label="Queue" value=${count(waiting)} unit="waiting" note=${`ΔQ ${signedRate(queue.growth)} pages/s · ${count(queue.pages.running)} running`} />
        <${Fact} label="Drain time" value=${waiting === 0 ? 'empty' : queue.drainSeconds == null ? 'not now' : duration(queue.drainSeconds)} note=${waiting === 0 ? 'nothing waits' : queue.drainSeconds == null ? 'it does not empty' : 'at this pace'} />
        <${Fact} label="Contexts" value=${`${pool.contextsInUse} / ${pool.contexts}`} unit="in use" note=${`bounded by ${contextBounds[pool.contextsBound] ?? pool.contextsBound}`} />
        <${Fact} label="Workers" value=${`${pool.workersBusy} / ${pool.workers}`} unit="busy" note=${`held by ${workerBounds[pool.workersBound] ?? pool.workersBound}`} />
        <${Fact} label="Memory" value=${bytes(pool.memoryUsedBytes)} tone=${pool.memoryPressure === 'normal' ? '' : 'warn'} note=${`${percent(pool.memoryUsedBytes / pool.memoryLimitBytes)} of ${bytes(pool.memoryLimitBytes)}, pressure ${pool.memoryPressure}`} />
        <${Fact} label="Kills" value=${count(kills)} tone=${kills > 0 ? 'warn' : ''} note=${`${count(pool.totals.cellsLost)} browsers lost, ${count(pool.totals.cellsRecycled)} recycled`} />
    <//>`;
}

function Latest() {
    const { value, reload } = useAnswer('latest', signal => ask(`/v1/crawls?limit=${shown}`, { signal }));
    useMoved(now => JSON.stringify(now.queue.pages), reload, 3000);
    return html`<section aria-labelledby="latest"><h2 id="latest">Latest crawls</h2>
        <${Table} caption="Latest crawls" keyOf=${crawl => crawl.id} rows=${value?.items ?? []} nothing=${html`None yet. <a href=${to('submit')}>Begin one</a>`} columns=${[
        { key: 'name', label: 'Crawl', main: true, of: crawl => html`<a href=${to('crawls', crawl.id)}><${Text} of=${crawl.id} longest=${60} /></a>` },
        { key: 'state', label: 'State', of: crawl => html`<${State} of=${crawl.state} words=${states} />` },
        { key: 'pages', label: 'Pages', wide: true, of: crawl => html`<${Progress} pages=${crawl.pages} />` },
    ]} /></section>`;
}

function Busiest({ targets, history }) {
    return html`<section aria-labelledby="busiest"><h2 id="busiest">Busiest targets</h2>
        <${Table} caption="Busiest targets" keyOf=${target => target.target} rows=${targets.slice(0, shown)} nothing="No site is being asked." columns=${[
        { key: 'target', label: 'Target', main: true, of: target => html`<a href=${to('targets', { show: target.target })}><${Text} of=${target.target} longest=${60} /></a>` },
        { key: 'flight', label: 'In flight', number: true, of: target => `${target.inFlight} of ${target.limit}` },
        { key: 'blocked', label: 'Blocked', number: true, of: target => (target.blockedSeconds > 0 ? html`<span class="tone-warn">for ${duration(target.blockedSeconds)}</span>` : 'no') },
        { key: 'refused', label: '429 share', number: true, of: target => percent(history.refusedRatio(target.target)) },
    ]} /></section>`;
}
