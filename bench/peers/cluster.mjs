// puppeteer-cluster, as its README shows it. MODE: page, a tab for every page in one context; context, a context for every page.
import puppeteer from 'puppeteer-core';
import { Cluster } from 'puppeteer-cluster';
import { ended, failed, job, keep, mode, patience, read, ready } from './common.mjs';

const cluster = await Cluster.launch({
  concurrency: mode === 'context' ? Cluster.CONCURRENCY_CONTEXT : Cluster.CONCURRENCY_PAGE,
  maxConcurrency: job.concurrency,
  timeout: patience,
  puppeteer,
  puppeteerOptions: { executablePath: job.executable, headless: 'shell', args: job.args },
});
let isMeasured = false;
cluster.on('taskerror', (error, task) => failed(task.url, error));
await cluster.task(async ({ page, data: { url, selector } }) => {
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForSelector(selector);
  const found = await page.evaluate(read);
  if (isMeasured) keep(url, found);
});

for (const page of job.warmUp) cluster.queue(page);
await cluster.idle();
isMeasured = true;
await ready();
for (const page of job.pages) cluster.queue(page);
await cluster.idle();
await ended();
await cluster.close();
