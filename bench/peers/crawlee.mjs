// Crawlee's PlaywrightCrawler. Its queue and its dataset are on disk, as they are when nothing is said. Set besides the job's own:
//   useFingerprints off      nobody else makes up fingerprints, which costs Crawlee time
//   minConcurrency           its own scaling would begin with one page
//   maxRequestRetries 0      a failed page is to be seen
// The pages of the warm-up stay open until all of them are there, so that the browser has run with as many tabs as it will have.
import { PlaywrightCrawler } from '@crawlee/playwright';
import { chromium } from 'playwright';
import { ended, failed, job, keep, patience, read, ready } from './common.mjs';

const left = { warm: job.warmUp.length, pages: job.pages.length };
let open;
const opened = new Promise((done) => { open = done; });

const crawler = new PlaywrightCrawler({
  launchContext: { launcher: chromium, launchOptions: { executablePath: job.executable, headless: true, chromiumSandbox: false, args: job.args } },
  browserPoolOptions: { useFingerprints: false },
  minConcurrency: job.concurrency,
  maxConcurrency: job.concurrency,
  maxRequestRetries: 0,
  navigationTimeoutSecs: patience / 1000,
  requestHandlerTimeoutSecs: 600,
  preNavigationHooks: [(_, options) => { options.waitUntil = 'load'; }],
  async requestHandler({ request, page, pushData }) {
    await page.waitForSelector(request.userData.selector, { state: 'attached', timeout: patience });
    const found = await page.evaluate(read);
    if (request.userData.isWarmUp) return warm();
    await pushData({ url: request.url, ...found });
    keep(request.url, found);
    await done();
  },
  async failedRequestHandler({ request }, error) {
    failed(request.url, error);
    await (request.userData.isWarmUp ? warm() : done());
  },
});

const requestOf = (page, isWarmUp) => ({ url: page.url, uniqueKey: page.url, userData: { selector: page.selector, isWarmUp } });
await crawler.run(job.warmUp.map((page) => requestOf(page, true)));

async function warm() {
  if (--left.warm > 0) return opened;
  await ready();
  await crawler.addRequests(job.pages.map((page) => requestOf(page, false)));
  open();
}

// The last page's own handler tells the end: when the crawler has ended, so has its browser.
async function done() {
  if (--left.pages === 0) await ended();
}
