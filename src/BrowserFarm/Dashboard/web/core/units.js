// Numbers as people read them, always with their unit.

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = number => (number == null ? '–' : grouped.format(number).replaceAll(',', '\u202f'));

export const pages = number => `${count(number)} ${number === 1 ? 'page' : 'pages'}`;

/** 0.034/s, 2.4/s, 120/s */
export function rate(perSecond) {
    if (perSecond == null) return '–';
    const size = Math.abs(perSecond);
    return size >= 100 ? count(perSecond) : size >= 1 || size === 0 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

export function signedRate(perSecond) {
    const text = rate(Math.abs(perSecond ?? 0));
    return Number(text) === 0 ? '±0' : `${perSecond < 0 ? '−' : '+'}${text}`;
}

export function bytes(number) {
    if (number == null) return '–';
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let step = 0;
    for (; number >= 1000 && step < units.length - 1; step++) number /= 1000;
    return `${number >= 100 || step === 0 ? Math.round(number) : number.toFixed(1)} ${units[step]}`;
}

export function duration(seconds) {
    if (seconds == null) return '–';
    if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    if (seconds < 60) return `${Math.round(seconds)} s`;
    const whole = Math.round(seconds);
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor(whole / 60) % 60} min`;
    return `${Math.floor(whole / 86400)} d ${Math.floor(whole / 3600) % 24} h`;
}

export const milliseconds = number => (number == null ? '–' : number < 1000 ? `${Math.round(number)} ms` : duration(number / 1000));

export const percent = ratio => (ratio == null || Number.isNaN(ratio) ? '–' : `${ratio > 0 && ratio < 0.0995 ? (ratio * 100).toFixed(1) : ratio < 1 && ratio > 0.995 ? (ratio * 100).toFixed(1) : Math.round(ratio * 100)} %`);

export const time = instant => (instant == null ? '–' : new Date(instant).toLocaleTimeString('en-GB'));

export const date = instant => (instant == null ? '–' : `${new Date(instant).toLocaleDateString('sv-SE')} ${time(instant)}`);

/** How long ago, in one unit. */
export function ago(instant, now) {
    const seconds = Math.max(0, (now - new Date(instant)) / 1000);
    if (seconds < 60) return 'just now';
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    return `${Math.floor(seconds / 86400)} d ago`;
}
