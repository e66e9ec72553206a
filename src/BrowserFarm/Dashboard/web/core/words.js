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
