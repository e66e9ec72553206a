// What the API says in one word, in words for people.

export const pipeline = {
    flowing: ['Flowing', 'good', 'flow'],
    idle: ['Idle', 'calm', 'idle'],
    throttled: ['Throttled', 'warn', 'wait'],
    starved: ['Starved', 'warn', 'warn'],
    stalled: ['Stalled', 'bad', 'stop'],
};

export const states = {
    running: ['running', 'good', 'flow'],
    paused: ['paused', 'warn', 'pause'],
    cancelled: ['cancelled', 'calm', 'cross'],
    finished: ['finished', 'calm', 'check'],
    waiting: ['waiting', 'calm', 'wait'],
    deferred: ['outside the line', 'calm', 'wait'],
    succeeded: ['read', 'good', 'check'],
    failed: ['failed', 'bad', 'cross'],
    serving: ['serving', 'good', 'flow'],
    retiring: ['retiring', 'warn', 'wait'],
    dead: ['dead', 'bad', 'cross'],
    skipped: ['not taken', 'calm', 'cross'],
    unknown: ['unknown', 'calm', 'wait'],
};

export const contextStates = {
    leased: ['on loan', 'good', 'flow'],
    scrubbing: ['leaving its page', 'calm', 'wait'],
    warm: ['warm', 'calm', 'idle'],
    blank: ['opened ahead', 'calm', 'idle'],
    closing: ['closing', 'warn', 'cross'],
};

/** Why something of the pool ended: what, in words, and its reasons. */
export const poolEnds = {
    context: ['Contexts closed', {
        used: 'lent once, as wanted', lease_lost: 'its page was lost', tainted: 'not fit for another page', worn: 'served enough pages', age: 'too old', idle: 'nobody wanted it any more',
        room: 'made room for another', memory: 'memory was short', cell_gone: 'its browser went', broken: 'its tab died or hung', unwanted: 'came too late to be used', pool_closed: 'the service stopped',
    }],
    lease: ['Pages lost', {
        browser_lost: 'its browser died', held_too_long: 'held for too long', pool_closed: 'the service stopped', page_hung: 'the page hung', page_crashed: 'the tab crashed',
        memory_exceeded: 'took too much memory', memory_pressure: 'given up, memory was short', network_service_lost: 'its network process died',
    }],
    cell: ['Browsers recycled', {
        served: 'served enough contexts', age: 'too old', growth: 'grew too large', crashes: 'too many tabs crashed', gpu_deaths: 'its GPU process died too often', failed_openings: 'opened no context any more', slowdown: 'became slow',
    }],
    'lost-cell': ['Browsers lost', {
        exited: 'ended by itself', close_timed_out: 'a context did not close', open_timed_out: 'a context did not open', browser_silent: 'did not answer', driver_silent: 'its driver did not answer', memory_exceeded: 'took too much memory',
    }],
};

export const contextBounds = { memory: 'free memory', processor: 'processor', configured: 'the setting --concurrency', pressure: 'memory pressure' };

export const workerBounds = {
    growing: 'nothing: it is growing',
    capacity: 'the contexts there may be',
    demand: 'what there is to do at once',
    processor: 'a busy processor',
    memory: 'short memory',
    latency: 'answers that became slow',
    errors: 'failures of our own',
};

export const ends = {
    ack: 'read',
    retry: 'failed, to be tried again',
    hold: 'refused by the site, not counted',
    refund: 'not the page’s fault, not counted',
    lost: 'lost: its worker died',
    fenced: 'came too late to count',
    return: 'given back at a stop, not counted',
    reassign: 'passed to the other engine',
    cancel: 'called off',
    'dead-letter': 'given up',
};

/** In the order in which they are drawn. */
export const waits = [
    ['nobodyWorks', 'no program worked on the crawl'],
    ['outside', 'outside of its line, which was full'],
    ['dueTime', 'its own time after a try, or a pause'],
    ['targetBlocked', 'its site was left alone after a refusal'],
    ['spacing', 'the gap between two requests to its site'],
    ['targetLimit', 'its site’s limit of requests at once'],
    ['turn', 'its turn and a free worker'],
    ['context', 'a free context'],
];
