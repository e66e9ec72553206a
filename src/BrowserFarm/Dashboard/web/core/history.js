// The last minutes as columns, as charts want them: what the service remembers, and then what it tells second by second.

const most = 300;
const farmColumns = {
    ended: now => now.queue.endedPerSecond,
    waiting: now => now.queue.pages.waiting + now.queue.pages.deferred,
    running: now => now.queue.pages.running,
    succeeded: now => now.queue.pages.succeeded,
    failed: now => now.queue.pages.failed,
    inUse: now => now.pool.contextsInUse,
    contexts: now => now.pool.contexts,
    memory: now => now.pool.memoryUsedBytes,
};
const targetColumns = ['limit', 'inFlight', 'latencyMs', 'baselineMs', 'answered', 'refused'];

export class History {
    at = [];
    farm = {};
    targets = new Map();

    constructor() {
        for (const name of Object.keys(farmColumns)) this.farm[name] = [];
    }

    /** Replaces everything by what the service remembers. */
    load(told) {
        this.at = told.at.map(moment => moment / 1000);
        this.farm = {
            ended: told.endedPerSecond, waiting: told.waiting, running: told.running, succeeded: told.succeeded, failed: told.failed,
            inUse: told.contextsInUse, contexts: told.contexts, memory: told.memoryUsedBytes,
        };
        this.targets = new Map(told.targets.map(({ target, ...columns }) => [target, columns]));
    }

    note(now) {
        const at = new Date(now.at) / 1000;
        if (at - (this.at.at(-1) ?? 0) < 0.2) return;
        this.at.push(at);
        for (const [name, read] of Object.entries(farmColumns)) this.farm[name].push(read(now));
        for (const target of now.targets) {
            if (!this.targets.has(target.target) && this.targets.size < 40)
                this.targets.set(target.target, Object.fromEntries(targetColumns.map(name => [name, new Array(this.at.length - 1).fill(null)])));
        }

        const seen = new Map(now.targets.map(target => [target.target, target]));
        for (const [name, columns] of this.targets) {
            const target = seen.get(name);
            for (const column of targetColumns) columns[column].push(target?.[column] ?? null);
        }

        if (this.at.length > most) this.#forgetOldest();
    }

    /** Share of the pages that ended within the last minutes that were read; null when none ended. */
    successRatio() {
        const read = growth(this.farm.succeeded);
        const failed = growth(this.farm.failed);
        return read + failed > 0 ? read / (read + failed) : null;
    }

    /** Of a target's requests of the last minutes, the share that it refused; null when there were none. */
    refusedRatio(target) {
        const columns = this.targets.get(target);
        const answered = columns ? growth(columns.answered) : 0;
        return answered > 0 ? growth(columns.refused) / answered : null;
    }

    #forgetOldest() {
        this.at.shift();
        for (const column of Object.values(this.farm)) column.shift();
        for (const [name, columns] of this.targets) {
            for (const column of Object.values(columns)) column.shift();
            if (columns.limit.every(value => value === null)) this.targets.delete(name);
        }
    }
}

/** How far a count has risen over its column. It begins anew with the service, and falls when pages are put back in line. */
function growth(column) {
    let [sum, before] = [0, null];
    for (const value of column) {
        if (value === null) continue;
        if (before !== null && value > before) sum += value - before;
        before = value;
    }

    return sum;
}
