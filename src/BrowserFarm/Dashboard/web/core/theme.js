// Light or dark: as the machine says, unless it was chosen here. A plain script before everything else, so that no page flashes.
(() => {
    const key = 'farm-theme';
    const read = () => {
        try {
            return localStorage.getItem(key);
        } catch {
            return null;
        }
    };
    const apply = chosen => {
        if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
        else delete document.documentElement.dataset.theme;
    };

    apply(read());
    window.farmTheme = {
        /** @returns {'light' | 'dark'} what is shown now */
        now: () => document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
        turn() {
            const chosen = this.now() === 'dark' ? 'light' : 'dark';
            apply(chosen);
            try {
                localStorage.setItem(key, chosen);
            } catch { /* It holds for this page, then. */ }
            window.dispatchEvent(new Event('farm-theme'));
        },
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => window.dispatchEvent(new Event('farm-theme')));
})();
