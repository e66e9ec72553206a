import { html, useState } from '../core/html.js';
import { post } from '../core/api.js';
import { visible } from '../core/text.js';
import { Heading } from '../parts/frame.js';

export function SignIn({ onSignedIn }) {
    const [problem, setProblem] = useState(null);
    const signIn = async event => {
        event.preventDefault();
        try {
            await post('/v1/session', { token: new FormData(event.target).get('token').trim() });
            try {
                localStorage.setItem('farm-signed-in', '1');
            } catch { /* Only the button to sign out depends on it. */ }
            onSignedIn();
        } catch (refused) {
            setProblem(refused);
        }
    };

    return html`<div class="signin"><${Heading} title="Sign in" />
        <p>This service wants a token, with <code>jobs:read</code> at least. The browser keeps it for twelve hours, out of reach for scripts.</p>
        <form onSubmit=${signIn}>
            <label for="token">Token</label>
            <input id="token" name="token" type="password" required autocomplete="current-password" spellcheck="false" placeholder="bf_…" aria-invalid=${problem ? 'true' : null} aria-describedby="token-problem" />
            <p id="token-problem" class="field-problem" role="alert">${problem && visible(problem.message, 300)}</p>
            <button type="submit" class="primary">Sign in</button>
        </form>
        <p class="soft">A token is made by <code>farm token NAME --scope jobs:read --scope jobs:write</code>. With <code>jobs:read</code> alone everything can be seen and nothing changed.</p></div>`;
}
