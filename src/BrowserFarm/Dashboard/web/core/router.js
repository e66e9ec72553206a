// Pages by what is behind the # of the address: #/crawls/shop?state=failed. Nothing of it reaches the service.

/** @returns {{ path: string[], query: URLSearchParams }} */
export function here() {
    const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
    return {
        path: path.split('/').filter(part => part.length > 0).map(part => {
            try {
                return decodeURIComponent(part);
            } catch {
                return part;
            }
        }),
        query: new URLSearchParams(query),
    };
}

/** The address of a page: to('crawls', 'shop'), with what is not empty of the query. */
export function to(...parts) {
    const query = typeof parts.at(-1) === 'object' ? parts.pop() : {};
    const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
    return `#/${parts.map(encodeURIComponent).join('/')}${words ? `?${words}` : ''}`;
}

export const go = address => (location.hash = address);

/** Changes the query of this page without a step in the history. */
export function requery(changes) {
    const { path, query } = here();
    for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
    history.replaceState(null, '', to(...path, Object.fromEntries(query)));
    window.dispatchEvent(new Event('hashchange'));
}
