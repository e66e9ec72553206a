import { html, useEffect, useRef, useState } from '../core/html.js';
import { say } from '../core/hooks.js';
import { visible } from '../core/text.js';

/** A button that does something by the API, is out of use meanwhile, and says what came of it. With a question it asks first. */
export function Action({ label, run, done, question, yes = label, plain = false, danger = false, what = '' }) {
    const [busy, setBusy] = useState(false);
    const [asks, setAsks] = useState(false);
    const dialog = useRef(null);
    const act = async () => {
        setAsks(false);
        setBusy(true);
        try {
            const answer = await run();
            say(typeof done === 'function' ? done(answer) : done, 'good');
        } catch (problem) {
            say(visible(problem.message, 400), 'bad');
        }

        setBusy(false);
    };

    useEffect(() => {
        if (asks) dialog.current?.showModal();
    }, [asks]);

    return html`<button type="button" class=${`${danger ? 'danger' : ''} ${plain ? 'plain' : ''}`} aria-disabled=${busy ? 'true' : null} onClick=${() => !busy && (question ? setAsks(true) : act())}>${label}${what && html`<span class="unseen"> ${visible(what, 80)}</span>`}</button>
        ${asks && html`<dialog ref=${dialog} onClose=${() => setAsks(false)} aria-label=${label}>
            <p>${question}</p>
            <div class="buttons"><button type="button" onClick=${() => dialog.current.close()} autofocus>No, leave it</button><button type="button" class="danger" onClick=${act}>${yes}</button></div>
        </dialog>`}`;
}
