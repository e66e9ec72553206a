import { html, useState } from '../core/html.js';
import { visible } from '../core/text.js';

/** Lines with something in them; when there are none, what is given instead. */
export function readWords(text, otherwise = []) {
    const words = String(text ?? '').split('\n').map(line => line.trim()).filter(line => line.length > 0);
    return words.length > 0 ? words : (otherwise ?? undefined);
}

export function readNumber(text) {
    const given = String(text ?? '').trim();
    return given === '' ? undefined : Number.isFinite(Number(given)) ? Number(given) : given;
}

/** Mistakes that the service found, at the fields where they are: /urls/3 belongs to urls. */
export function useProblems() {
    const [problem, setProblem] = useState(null);
    const errors = problem?.errors ?? [];
    const told = new Set();
    const of = path => {
        const mine = errors.filter(error => error.path === `/${path}` || error.path.startsWith(`/${path}/`));
        mine.forEach(error => told.add(error));
        return mine.slice(0, 3).map(error => {
            const where = error.path.slice(path.length + 2);
            return `${where ? `${Number.isInteger(Number(where)) ? `Line ${Number(where) + 1}` : visible(where, 60)}: ` : ''}${visible(error.message, 300)}${error.allowed ? ` It may be: ${visible(error.allowed.join(', '), 300)}.` : ''}`;
        }).join(' ') || null;
    };
    return {
        of,
        take: setProblem,
        clear: () => setProblem(null),
        /** What belongs to no field; read it after all fields have asked. */
        get rest() {
            const left = errors.filter(error => !/^\/(urls?|name|max|include|exclude|engine|order|lane|page\/(formats|waitFor)|waitSeconds)/.test(error.path));
            return problem === null ? null : errors.length === 0 ? visible(problem.message, 500) : left.length > 0 ? left.map(error => `${visible(error.path, 80)}: ${visible(error.message, 300)}`).join(' ') : 'Some of it is wrong, see above.';
        },
    };
}

export function Field({ name, label, note, problem, kind = 'text', value, placeholder, many = false, required = false }) {
    const id = `field-${name}`;
    const described = `${note ? `${id}-note ` : ''}${id}-problem`;
    const shared = { id, name, placeholder, required, 'aria-describedby': described, 'aria-invalid': problem ? 'true' : null, spellcheck: false, autocomplete: 'off' };
    return html`<div class="field"><label for=${id}>${label}</label>
        ${many ? html`<textarea ...${shared} rows="3" defaultValue=${value ?? ''}></textarea>` : html`<input ...${shared} type=${kind} min=${kind === 'number' ? 0 : null} inputmode=${kind === 'number' ? 'numeric' : null} defaultValue=${value ?? ''} />`}
        ${note && html`<p class="note" id=${`${id}-note`}>${note}</p>`}
        <p class="field-problem" id=${`${id}-problem`}>${problem}</p></div>`;
}

export const Choice = ({ name, label, choices, problem }) => html`<div class="field"><label for=${`field-${name}`}>${label}</label>
    <select id=${`field-${name}`} name=${name}>${choices.map(([value, words]) => html`<option key=${value} value=${value}>${words}</option>`)}</select>
    <p class="field-problem">${problem}</p></div>`;

export const Check = ({ name, label, value = 'on', checked = false }) => html`<label class="check"><input type="checkbox" name=${name} value=${value} defaultChecked=${checked} /> ${label}</label>`;
