import { html, useEffect, useRef, useState } from '../core/html.js';
import { useLive, useSaid } from '../core/hooks.js';
import { time } from '../core/units.js';
import { to } from '../core/router.js';
import { Icon } from './icon.js';

const places = [
    ['', 'Overview'], ['crawls', 'Crawls'], ['targets', 'Targets'], ['dead', 'Dead letters'], ['pool', 'Pool'], ['submit', 'Submit'],
];

const Theme = () => {
    const [now, setNow] = useState(window.farmTheme.now());
    useEffect(() => {
        const turned = () => setNow(window.farmTheme.now());
        window.addEventListener('farm-theme', turned);
        return () => window.removeEventListener('farm-theme', turned);
    }, []);
    const next = now === 'dark' ? 'light' : 'dark';
    return html`<button type="button" class="plain round" onClick=${() => window.farmTheme.turn()} aria-label=${`Show it ${next}`} title=${`Show it ${next}`}><${Icon} name=${next === 'dark' ? 'moon' : 'sun'} /></button>`;
};

/** Whether what is shown is of now. */
const Connection = () => {
    const live = useLive();
    const words = { open: 'live', connecting: 'connecting', lost: 'connection lost', stopped: 'paused' }[live.state];
    return html`<span class=${`connection ${live.state}`}><span class="dot" aria-hidden="true"></span>${words}</span>`;
};

const Lost = () => {
    const live = useLive();
    return live.state === 'lost' && html`<p class="lost" role="alert"><${Icon} name="warn" /> <span><b>Connection lost</b> at ${time(live.lostAt)}. What is shown is of then; it is tried again by itself.</span></p>`;
};

const Said = () => {
    const [said, close] = useSaid();
    return html`<div class="said" aria-live="polite" role="status">${said && html`<div class=${`toast ${said.kind}`}><span>${said.text}</span><button type="button" class="plain" onClick=${close}>Close</button></div>`}</div>`;
};

/** Everything around a page. */
export function Frame({ place, signOut, children }) {
    const [main, links] = [useRef(null), useRef(null)];
    // On a narrow screen the links are wider than it: the one of this page is brought into sight.
    useEffect(() => {
        const current = links.current.querySelector('[aria-current]');
        if (current) links.current.scrollLeft = current.offsetLeft - links.current.offsetLeft - (links.current.clientWidth - current.offsetWidth) / 2;
    }, [place]);
    return html`
        <a class="skip" href="#main" onClick=${event => { event.preventDefault(); main.current.focus(); }}>To the content</a>
        <header class="top">
            <a class="brand" href="#/"><img src="/dashboard/icon.svg" alt="" width="22" height="22" /> BrowserFarm</a>
            <nav aria-label="Pages" ref=${links}>${places.map(([path, name]) => html`<a key=${path} href=${to(...(path ? [path] : []))} aria-current=${(place === 'jobs' ? 'crawls' : place) === path ? 'page' : null}>${name}</a>`)}<a href="/api">API</a></nav>
            <div class="right"><${Connection} />${signOut && html`<button type="button" class="plain" onClick=${signOut}>Sign out</button>`}<${Theme} /></div>
        </header>
        <${Lost} />
        <main id="main" tabindex="-1" ref=${main}>${children}</main>
        <${Said} />`;
}

/** The heading of a page, to which the focus goes when the page is turned. */
export function Heading({ children, title }) {
    const heading = useRef(null);
    useEffect(() => {
        document.title = `${title} · BrowserFarm`;
        if (window.farmTurned) heading.current?.focus({ preventScroll: true });
    }, [title]);
    return html`<h1 ref=${heading} tabindex="-1">${children ?? title}</h1>`;
}
