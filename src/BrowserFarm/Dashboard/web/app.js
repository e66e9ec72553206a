import { html, render, useEffect, useState } from './core/html.js';
import { ask, whenSignedOut } from './core/api.js';
import { here } from './core/router.js';
import { live } from './core/live.js';
import { Frame } from './parts/frame.js';
import { Overview } from './pages/overview.js';

// The overview comes with the first paint, the others when they are turned to.
const pages = {
    crawls: path => (path.length > 1 ? import('./pages/crawl.js').then(found => found.CrawlPage) : import('./pages/crawls.js').then(found => found.Crawls)),
    jobs: () => import('./pages/job.js').then(found => found.JobPage),
    targets: () => import('./pages/targets.js').then(found => found.Targets),
    dead: () => import('./pages/dead.js').then(found => found.DeadLetters),
    pool: () => import('./pages/pool.js').then(found => found.Pool),
    submit: () => import('./pages/submit.js').then(found => found.Submit),
    signin: () => import('./pages/signin.js').then(found => found.SignIn),
};

function App() {
    const [route, setRoute] = useState(here());
    const [page, setPage] = useState({ is: Overview, key: '', path: [] });
    const [session, setSession] = useState('open');
    const place = session === 'out' ? 'signin' : (route.path[0] ?? '');
    const key = place === 'signin' ? 'signin' : route.path.join('/');

    useEffect(() => {
        const turned = () => {
            window.farmTurned = true;
            setRoute(here());
        };
        window.addEventListener('hashchange', turned);
        whenSignedOut(() => {
            live.signedOut = true;
            live.stop();
            setSession('out');
        });
        live.start();
        try {
            if (localStorage.getItem('farm-signed-in')) setSession('in');
        } catch { /* Then there is no button to sign out; the session ends by itself. */ }
        return () => window.removeEventListener('hashchange', turned);
    }, []);

    useEffect(() => {
        let isWanted = true;
        (place === '' ? Promise.resolve(Overview) : (pages[place]?.(route.path) ?? Promise.resolve(Lost)))
            .then(found => isWanted && (setPage({ is: found, key, path: route.path }), page.key !== key && scrollTo(0, 0)))
            .catch(() => isWanted && setPage({ is: Unreachable, key, path: [] }));
        return () => (isWanted = false);
    }, [key]);

    const signedIn = () => {
        live.signedOut = false;
        setSession('in');
        live.start();
    };
    const signOut = async () => {
        await ask('/v1/session', { method: 'DELETE' }).catch(() => null);
        try {
            localStorage.removeItem('farm-signed-in');
        } catch { /* Nothing was kept. */ }
        live.signedOut = true;
        live.stop();
        setSession('out');
    };

    return html`<${Frame} place=${place} signOut=${session === 'in' && signOut}>
        <${page.is} key=${page.key} path=${page.path} query=${route.query} onSignedIn=${signedIn} />
    <//>`;
}

const Lost = () => html`<h1>There is no such page</h1><p><a href="#/">To the overview</a></p>`;
const Unreachable = () => html`<h1>The page could not be loaded</h1><p>The service does not answer. <a href="/">Load everything again</a></p>`;

const place = document.getElementById('app');
place.replaceChildren();
render(html`<${App} />`, place);
