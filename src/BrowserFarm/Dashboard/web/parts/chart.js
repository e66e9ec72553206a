import { html, useEffect, useLayoutEffect, useRef, useState } from '../core/html.js';
import uPlot from '../lib/uplot.js';

/** Seconds between two drawings: a step of the line is then about two pixels wide, and drawing is what an open page costs most. */
const pause = 3.5;

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * Lines over the last minutes.
 * @param series { label, colour, of, step?, fill?, dash? }: of is the column
 * @param format writes a value with its unit
 */
export function Chart({ title, at, series, format, height = 132, from = 0 }) {
    const place = useRef(null);
    const drawn = useRef(null);
    const [look, setLook] = useState(0);
    const [under, setUnder] = useState(null);
    const data = [at, ...series.map(one => one.of)];
    const shape = series.map(one => one.label).join('|');

    useEffect(() => {
        const turned = () => setLook(count => count + 1);
        window.addEventListener('farm-theme', turned);
        return () => window.removeEventListener('farm-theme', turned);
    }, []);

    useLayoutEffect(() => {
        const plot = drawn.current = new uPlot(optionsOf({ series, format, height, from, width: place.current.clientWidth || 300, onCursor: setUnder }), data, place.current);
        const sized = new ResizeObserver(() => place.current && plot.setSize({ width: place.current.clientWidth, height }));
        sized.observe(place.current);
        return () => {
            sized.disconnect();
            plot.destroy();
            drawn.current = null;
        };
    }, [shape, look, height]);

    const last = at.at(-1);
    const drawnAt = useRef({});
    useLayoutEffect(() => {
        const before = drawnAt.current;
        if (before.plot === drawn.current && before.at === at && at.length > 30 && last - before.last < pause) return;
        drawn.current?.setData(data);
        drawnAt.current = { plot: drawn.current, at, last };
    }, [last, at, shape, look]);

    const index = under ?? at.length - 1;
    const told = series.map(one => `${one.label} ${one.of[index] == null ? 'not known' : format(one.of[index])}`).join(', ');
    return html`<figure class="chart">
        <figcaption><span class="title">${title}</span>
            <span class="legend">${series.map(one => html`<span key=${one.label} class=${`key ${one.dash ? 'dashed' : ''}`} data-colour=${one.colour}>${one.label} <b>${one.of[index] == null ? '–' : format(one.of[index])}</b></span>`)}</span>
        </figcaption>
        <div class="plot" ref=${place} role="img" aria-label=${`${title}, the last minutes. Now: ${told}`}></div>
    </figure>`;
}

function optionsOf({ series, format, height, from, width, onCursor }) {
    const [ink, line] = [colour('--soft'), colour('--line')];
    const font = '11px system-ui, sans-serif';
    return {
        width,
        height,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        hooks: { setCursor: [plot => onCursor(plot.cursor.idx ?? null)] },
        scales: { x: { time: true }, y: { range: (_, least, greatest) => [Math.min(from, least ?? from), (greatest ?? 0) > from ? greatest * 1.12 : from + 1] } },
        axes: [
            { stroke: ink, font, size: 22, space: 70, grid: { show: false }, ticks: { show: false }, values: (_, ticks) => ticks.map(tick => new Date(tick * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: ticks[1] - ticks[0] < 60 ? '2-digit' : undefined })) },
            { stroke: ink, font, size: 58, space: 34, grid: { stroke: line, width: 1 }, ticks: { show: false }, values: (_, ticks) => ticks.map(format) },
        ],
        series: [{}, ...series.map(one => ({
            label: one.label,
            stroke: colour(one.colour),
            width: 1.6,
            dash: one.dash ? [4, 4] : undefined,
            fill: one.fill ? `${colour(one.colour)}22` : undefined,
            paths: one.step ? uPlot.paths.stepped({ align: 1 }) : undefined,
            points: { show: false },
        }))],
    };
}
