// The API, asked with the browser's session. What it refuses comes as a Problem with its words for people.

export class Problem extends Error {
    constructor(status, body) {
        super(body?.detail ?? body?.title ?? `The service answered with status ${status}.`);
        this.status = status;
        this.kind = (body?.type ?? '').split(':').pop();
        this.errors = body?.errors ?? [];
    }
}

let onSignedOut = () => {};

/** Called when the service wants a token. */
export const whenSignedOut = callback => (onSignedOut = callback);

/** @returns the parsed answer, or the response itself when raw is wanted */
export async function ask(path, { method = 'GET', body, signal, raw = false } = {}) {
    let answer;
    try {
        answer = await fetch(path, {
            method,
            signal,
            credentials: 'same-origin',
            headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
    } catch (failure) {
        if (failure.name === 'AbortError') throw failure;
        throw new Problem(0, { detail: 'The service does not answer.' });
    }

    if (answer.ok) return raw ? answer : answer.status === 204 ? null : answer.json();
    let problem = null;
    try {
        problem = await answer.json();
    } catch { /* It is no problem document: its status has to do. */ }
    // A token that may not even look is no better here than none.
    if ((answer.status === 401 && path !== '/v1/session') || (answer.status === 403 && path === '/v1/queue')) onSignedOut();
    throw new Problem(answer.status, problem);
}

export const post = (path, body = {}) => ask(path, { method: 'POST', body });

/** Of POST endpoints that take no body. */
export const act = path => ask(path, { method: 'POST' });

export const crawlPath = name => `/v1/crawls/${encodeURIComponent(name)}`;
