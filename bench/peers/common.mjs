// What the peers share: the job they are given, the moments they tell, and the work that is done in a page.
//
// A peer is started as: node NAME.mjs JOB.json [MODE]. It starts its browser, reads the warm-up pages, and writes "ready". Told "go" it reads all
// pages, and writes "end SECONDS". Told "bye" it writes what it read, a line of JSON a page, and leaves; until then its processes stay, to be measured.
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , file, mode = ''] = process.argv;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const pages = [];

/** { pages: [{ url, selector }], warmUp: [the same], concurrency, executable, args, folder, output } */
export const job = JSON.parse(readFileSync(file, 'utf8'));
export { mode };

/** Runs in the page, in every peer: what is handed back of it. */
export const read = () => ({ html: document.documentElement.outerHTML, links: [...document.querySelectorAll('a[href]')].map((link) => link.href) });

/** Longest wait for a page and for what proves it, as the farm has it. */
export const patience = 30_000;

let began;

/** All is warm; returns when the clock runs. */
export async function ready() {
  await tell('ready', 'go');
  began = process.hrtime.bigint();
}

/** All is read, the browser still runs. */
export async function ended() {
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await tell(`end ${seconds}`, 'bye');
  writeFileSync(job.output, pages.map((page) => `${JSON.stringify(page)}\n`).join(''));
  process.stdin.destroy();   // or node would wait for more of it
}

/** Keeps a page. */
export function keep(url, { html, links }) {
  pages.push({ url, html, links });
}

export function failed(url, error) {
  process.stderr.write(`${url}: ${error.message}\n`);
}

/** Runs so many loops over the tasks, each with a number of its own. */
export async function inLoops(count, tasks, work) {
  const waiting = tasks.values();
  await Promise.all(Array.from({ length: count }, async (_, loop) => {
    for (const task of waiting) await work(task, loop);
  }));
}

async function tell(what, until) {
  process.stdout.write(`${what}\n`);
  for (let line = await lines.next(); ; line = await lines.next()) {
    if (line.done) process.exit(1);
    if (line.value === until) return;
  }
}
