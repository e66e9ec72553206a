// Text of strangers: titles, addresses, console lines. It is only ever shown as text; this makes visible what would not be, or would mislead.

const bidi = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u2028\u2029\ufff9-\ufffb]/u;

/** Controls, and marks that turn or hide text, as ‹U+202E›, the rest as it is; cut to a length. */
export function visible(text, longest = 300) {
    let shown = '';
    let count = 0;
    for (const one of String(text ?? '')) {
        if (++count > longest) return `${shown}…`;
        const code = one.codePointAt(0);
        if (code < 0x20 || (code >= 0x7f && code < 0xa0) || bidi.test(one) || (code >= 0xe0000 && code <= 0xe007f) || (code >= 0xd800 && code <= 0xdfff)) shown += `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
        else shown += one;
    }

    return shown;
}

/** As visible, of text with several lines: their ends and tabs stay. */
export function visibleLines(text, longest = 20000) {
    const cut = String(text ?? '').slice(0, longest);
    return cut.split('\n').map(line => line.replace(/\r$/, '').split('\t').map(part => visible(part, longest)).join('\t')).join('\n') + (cut.length < String(text ?? '').length ? '\n…' : '');
}

/** The address if it may be a link: http or https, with nothing hidden in it; else null. */
export function linkable(address) {
    try {
        const url = new URL(address);
        return (url.protocol === 'http:' || url.protocol === 'https:') && visible(address, 10000) === address ? url.href : null;
    } catch {
        return null;
    }
}
