import { html } from '../core/html.js';
import { linkable, visible } from '../core/text.js';
import { Icon } from './icon.js';

/** Text of strangers: isolated from the direction of what is around it, hidden characters shown, cut. */
export const Text = ({ of, longest = 160 }) => html`<bdi class="text" dir="auto">${visible(of, longest)}</bdi>`;

/** An address of strangers: a link when it is safe to be one, and never a word of ours. */
export const Address = ({ of, longest = 160 }) => {
    const href = linkable(of);
    return html`<span class="address"><bdi class="text" dir="ltr">${visible(of, longest)}</bdi>${href && html` <a class="out" href=${href} target="_blank" rel="noopener noreferrer nofollow" aria-label="Open the page itself, in a new tab"><${Icon} name="out" /></a>`}</span>`;
};

/** Why something could not be had. */
export const Trouble = ({ problem }) => problem && html`<p class="trouble" role="alert"><${Icon} name="warn" /> <span>${visible(problem.message, 600)}${problem.status === 403 ? ' Sign in with another token to do this.' : ''}</span></p>`;

/** What is shown where nothing is. */
export const Nothing = ({ children }) => html`<p class="nothing">${children}</p>`;
