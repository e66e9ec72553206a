import { html } from '../core/html.js';

// One stroke each, 16 by 16. A state is told by its shape and its word; its colour only helps.
const paths = {
    flow: 'M3 8h9M8.5 4.5 12 8l-3.5 3.5',
    idle: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z',
    wait: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 5v3.2l2 1.3',
    warn: 'M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.3v.2',
    stop: 'M4 4h8v8H4Z',
    pause: 'M5.5 3.5v9M10.5 3.5v9',
    check: 'm3 8.5 3.3 3.3L13 4.8',
    cross: 'm4 4 8 8M12 4l-8 8',
    sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
    moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z',
    out: 'M6 3H3v10h10v-3M9 3h4v4M13 3 7.5 8.5',
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${paths[name] ?? paths.idle} /></svg>`;

/** A state as shape, word and colour. */
export const State = ({ of, words, large = false }) => {
    const [word, tone, icon] = words[of] ?? [of, 'calm', 'idle'];
    return html`<span class=${`state ${tone}${large ? ' large' : ''}`}><${Icon} name=${icon} />${word}</span>`;
};
