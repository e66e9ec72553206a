import { html } from '../core/html.js';
import { ask } from '../core/api.js';
import { useAnswer, useLive, useMoved } from '../core/hooks.js';
import { count, duration, milliseconds, percent, time } from '../core/units.js';
import { requery } from '../core/router.js';
import { Chart } from '../parts/chart.js';
import { Heading } from '../parts/frame.js';
import { Table } from '../parts/table.js';
import { Text, Trouble } from '../parts/text.js';

/** Slower than this against its best median is worth a look. */
const slow = 1.5;

export function Targets({ query }) {
    const { now, history } = useLive();
    const all = useAnswer('targets', signal => ask('/v1/targets', { signal }));
    useMoved(seen => seen.at, all.reload, 5000);
    const live = new Map((now?.targets ?? []).map(target => [target.target, target]));
    // The busiest come every second; the others are asked for now and then.
    const targets = (all.value?.items ?? now?.targets ?? []).map(target => live.get(target.target) ?? target);
    const chosen = query.get('show') ?? [...history.targets.keys()].find(name => live.has(name)) ?? targets[0]?.target;
    return html`<${Heading} title="Targets" />
        <p class="soft lead">Every site is asked as often as it bears: its limit rises with good answers and halves with a refusal.</p>
        <${Trouble} problem=${all.problem} />
        <${Sawtooth} name=${chosen} history=${history} target=${targets.find(target => target.target === chosen)} />
        <${Table} caption="Targets, the busiest first" keyOf=${target => target.target} rows=${targets} nothing="No site was asked yet." columns=${[
        { key: 'target', label: 'Target', main: true, of: target => html`<button type="button" class="plain link" aria-pressed=${target.target === chosen ? 'true' : 'false'} onClick=${() => requery({ show: target.target })}><${Text} of=${target.target} longest=${80} /></button>` },
        { key: 'limit', label: 'Limit', number: true, of: target => `${count(target.limit)} at once` },
        { key: 'flight', label: 'In flight', number: true, of: target => count(target.inFlight) },
        { key: 'blocked', label: 'Blocked until', number: true, of: target => html`<${Blocked} target=${target} now=${now} />` },
        { key: 'latency', label: 'Latency', number: true, of: target => html`<${Latency} target=${target} />` },
        { key: 'refused', label: '429 share', number: true, of: target => html`<${Refused} target=${target} lately=${history.refusedRatio(target.target)} />` },
    ]} />`;
}

function Sawtooth({ name, history, target }) {
    const columns = name && history.targets.get(name);
    if (!columns) return name ? html`<p class="nothing">The last minutes of <${Text} of=${name} longest=${60} /> are not kept: others were busier.</p>` : null;
    return html`<section class="charts two" aria-label="The chosen target">
        <${Chart} key=${`limit ${name}`} title=${html`Limit of <${Text} of=${name} longest=${50} />`} at=${history.at} height=${170} format=${count}
            series=${[{ label: 'limit', colour: '--c2', of: columns.limit, step: true }, { label: 'in flight', colour: '--c1', of: columns.inFlight, step: true, fill: true }]} />
        <${Chart} key=${`latency ${name}`} title="Time to first byte" at=${history.at} height=${170} format=${milliseconds}
            series=${[{ label: 'baseline', colour: '--soft', of: columns.baselineMs, dash: true }, { label: 'median', colour: '--c3', of: columns.latencyMs }]} />
    </section>`;
}

function Blocked({ target, now }) {
    if (target.blockedSeconds > 0) return html`<span class="tone-warn">${time(new Date(now?.at ?? Date.now()).getTime() + target.blockedSeconds * 1000)}, in ${duration(target.blockedSeconds)}</span>`;
    return target.spacedSeconds > 0 ? html`<span class="soft">next in ${duration(target.spacedSeconds)}</span>` : 'not blocked';
}

function Latency({ target }) {
    if (target.latencyMs == null) return html`<span class="soft">not known yet</span>`;
    const ratio = target.baselineMs ? target.latencyMs / target.baselineMs : null;
    return html`${milliseconds(target.latencyMs)}${ratio !== null && html` <span class=${ratio >= slow ? 'tone-warn' : 'soft'}>${ratio >= slow ? 'slow: ' : ''}${ratio.toFixed(1)} × ${milliseconds(target.baselineMs)}</span>`}`;
}

function Refused({ target, lately }) {
    const all = target.answered > 0 ? target.refused / target.answered : null;
    return html`<span class=${lately > 0.1 ? 'tone-warn' : ''}>${percent(lately ?? all)}</span> <span class="soft">${count(target.refused)} of ${count(target.answered)} ever</span>`;
}
