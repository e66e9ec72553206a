// The bare loops: the DevTools protocol over one WebSocket and nothing else, the least that reading pages in Chromium can cost.
// The browser keeps no spare renderer, as the farm's does not.
// MODE: new-context, a context and a tab for every page; warm, as many tabs as are read at once, each in a context of its own, navigated again and again.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import { ended, failed, inLoops, job, keep, mode, patience, read, ready } from './common.mjs';

const isWarm = mode === 'warm';
const browser = spawn(job.executable, [...job.args, '--disable-features=SpareRendererForSitePerProcess', '--headless', '--remote-debugging-port=0', `--user-data-dir=${mkdtempSync(join(job.folder, 'profile-'))}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
const socket = new WebSocket(await address(), { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 });
await new Promise((open, fail) => socket.once('open', open).once('error', fail));

const calls = new Map();
const loads = new Map();
let last = 0;
socket.on('message', (text) => {
  const message = JSON.parse(text);
  if (message.id) {
    const call = calls.get(message.id);
    calls.delete(message.id);
    if (message.error) call.fail(new Error(`${call.method}: ${message.error.message}`));
    else call.done(message.result);
  } else if (message.method === 'Page.lifecycleEvent' && message.params.name === 'load') {
    const tab = loads.get(message.sessionId);
    if (tab) { tab.seen.add(message.params.loaderId); tab.check(); }
  }
});

const tabs = [];
const readPage = async (task, loop) => {
  const tab = isWarm ? (tabs[loop] ??= await open()) : await open();
  try {
    return await within(patience, visit(tab, task));
  } finally {
    if (!isWarm) await close(tab);
  }
};

await inLoops(job.concurrency, job.warmUp, readPage);
await ready();
await inLoops(job.concurrency, job.pages, async (task, loop) => {
  try {
    keep(task.url, await readPage(task, loop));
  } catch (error) {
    failed(task.url, error);
  }
});
await ended();
await send('Browser.close');
socket.close();

async function open() {
  const { browserContextId } = await send('Target.createBrowserContext', { disposeOnDetach: true });
  const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const tab = { sessionId, browserContextId, seen: new Set(), check: () => {} };
  loads.set(sessionId, tab);
  await Promise.all([send('Page.enable', {}, sessionId), send('Page.setLifecycleEventsEnabled', { enabled: true }, sessionId)]);
  return tab;
}

async function close(tab) {
  loads.delete(tab.sessionId);
  await send('Target.disposeBrowserContext', { browserContextId: tab.browserContextId });
}

async function visit(tab, { url, selector }) {
  tab.seen.clear();
  const { loaderId, errorText } = await send('Page.navigate', { url }, tab.sessionId);
  if (errorText) throw new Error(errorText);
  await new Promise((loaded) => {
    tab.check = () => { if (tab.seen.has(loaderId)) loaded(); };
    tab.check();
  });
  return evaluate(tab, `new Promise((found) => {
    const look = () => document.querySelector(${JSON.stringify(selector)}) !== null && (watch.disconnect(), found((${read})()), true);
    const watch = new MutationObserver(look);
    if (!look()) watch.observe(document, { subtree: true, childList: true, attributes: true });
  })`);
}

async function evaluate(tab, expression) {
  const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, tab.sessionId);
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

function send(method, params = {}, sessionId = undefined) {
  return new Promise((done, fail) => {
    const id = ++last;
    calls.set(id, { method, done, fail });
    socket.send(JSON.stringify({ id, method, params, sessionId }));
  });
}

function within(milliseconds, work) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`not within ${milliseconds} ms`)), milliseconds); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function address() {
  let said = '';
  for await (const chunk of browser.stderr) {
    said += chunk;
    const match = /DevTools listening on (ws:\S+)/.exec(said);
    if (match) {
      browser.stderr.on('data', () => {}).resume();
      return match[1];
    }
  }
  throw new Error(`The browser ended: ${said}`);
}
