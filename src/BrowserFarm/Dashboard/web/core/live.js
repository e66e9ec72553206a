// The farm as it happens: one stream of server-sent events for the whole page, opened again when it breaks, closed while nobody looks.
import { ask } from './api.js';
import { History } from './history.js';

/** The service tells something every second: after this it is gone. */
const patience = 6000;
const longestPause = 8000;

/** Numbers are drawn anew so often; what is heard between is kept for the charts. Drawing is what an open page costs, and nobody reads faster. */
const drawEvery = 1800;

class Live {
    /** @type {'connecting' | 'open' | 'lost' | 'stopped'} */
    state = 'stopped';
    now = null;
    history = new History();
    lostAt = null;
    #source = null;
    #listeners = new Set();
    #silence = 0;
    #again = 0;
    #pause = 500;
    #drawnAt = 0;

    listen(callback) {
        this.#listeners.add(callback);
        return () => this.#listeners.delete(callback);
    }

    start() {
        if (this.#source || document.hidden) return;
        clearTimeout(this.#again);
        if (this.state !== 'lost') this.#become('connecting');
        // What came before is told once the stream is open, so that nothing lies between the two.
        const source = this.#source = new EventSource('/v1/events');
        this.#watch();
        source.addEventListener('open', async () => {
            try {
                const told = await ask('/v1/history');
                if (source === this.#source) this.history.load(told);
            } catch { /* Charts begin with now. */ }
        });
        source.addEventListener('farm', event => {
            const before = this.now;
            this.now = JSON.parse(event.data);
            this.#pause = 500;
            this.lostAt = null;
            this.history.note(this.now);
            this.#watch();
            if (this.state === 'open' && before?.queue.state === this.now.queue.state && performance.now() - this.#drawnAt < drawEvery) return;
            this.#drawnAt = performance.now();
            this.#become('open');
        });
        source.addEventListener('error', () => this.#lose());
    }

    stop() {
        this.#close();
        this.#become('stopped');
    }

    async #lose() {
        this.#close();
        this.lostAt ??= Date.now();
        this.#become('lost');
        // A stream says only that it broke; an ordinary question says whether a token is wanted.
        const asked = this.#again = setTimeout(async () => {
            try {
                await ask('/v1/queue');
            } catch (problem) {
                if (problem.status === 401 || problem.status === 403) return;
            }

            if (asked === this.#again) this.start();
        }, this.#pause);
        this.#pause = Math.min(longestPause, this.#pause * 2);
    }

    #watch() {
        clearTimeout(this.#silence);
        this.#silence = setTimeout(() => this.#lose(), patience);
    }

    #close() {
        clearTimeout(this.#silence);
        clearTimeout(this.#again);
        this.#again = 0;
        this.#source?.close();
        this.#source = null;
    }

    #become(state) {
        this.state = state;
        for (const listener of [...this.#listeners]) listener();
    }
}

export const live = new Live();

document.addEventListener('visibilitychange', () => {
    if (live.signedOut) return;
    if (document.hidden) live.stop();
    else live.start();
});
