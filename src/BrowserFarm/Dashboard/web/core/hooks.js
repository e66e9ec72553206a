// What pages share: the farm as it happens, answers that are asked for again when it moves, and things said to whoever looks.
import { useCallback, useEffect, useRef, useState } from './html.js';
import { live } from './live.js';

/** Draws the part again with everything the farm tells. */
export function useLive() {
    const [, turn] = useState(0);
    useEffect(() => live.listen(() => turn(count => count + 1)), []);
    return live;
}

/**
 * What a function asks the API for, and asks again when the key changes, or when reload is called.
 * @returns {{ value, problem, isFirst, reload }} the last value stays while a new one is on its way
 */
export function useAnswer(key, load) {
    const [answer, setAnswer] = useState({ key: null, value: null, problem: null });
    const asking = useRef({ load, controller: null, key });
    asking.current.load = load;
    const reload = useCallback(async () => {
        asking.current.controller?.abort();
        const controller = asking.current.controller = new AbortController();
        try {
            const value = await asking.current.load(controller.signal);
            if (!controller.signal.aborted) setAnswer({ key, value, problem: null });
        } catch (problem) {
            if (!controller.signal.aborted && problem.name !== 'AbortError') setAnswer(before => ({ key, value: before.key === key ? before.value : null, problem }));
        }
    }, [key]);
    useEffect(() => {
        reload();
        return () => asking.current.controller?.abort();
    }, [reload]);
    const isOld = answer.key !== key;
    return { value: answer.value, problem: isOld ? null : answer.problem, isFirst: isOld, reload };
}

/** Calls back when a number that the farm tells has changed, but not more often than every so many milliseconds. */
export function useMoved(read, callback, atMost = 1500) {
    const last = useRef({ value: undefined, at: 0 });
    const latest = useRef({ read, callback });
    latest.current = { read, callback };
    useEffect(() => live.listen(() => {
        if (!live.now || live.state !== 'open') return;
        const value = latest.current.read(live.now);
        if (value === last.current.value || Date.now() - last.current.at < atMost) return;
        // The first one too: something may have moved since the answer that is shown was on its way.
        last.current = { value, at: Date.now() };
        latest.current.callback();
    }), []);
}

const sayers = new Set();

/** Says something once: shown for a while, and read out. */
export const say = (text, kind = 'calm') => sayers.forEach(sayer => sayer({ text, kind, at: Date.now() }));

export function useSaid() {
    const [said, setSaid] = useState(null);
    useEffect(() => {
        sayers.add(setSaid);
        return () => sayers.delete(setSaid);
    }, []);
    useEffect(() => {
        const timer = said && setTimeout(() => setSaid(null), 8000);
        return () => clearTimeout(timer);
    }, [said]);
    return [said, () => setSaid(null)];
}
