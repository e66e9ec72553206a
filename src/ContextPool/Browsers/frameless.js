// Runs before a page's own scripts, in every frame of a tab that never draws (FramelessTabs.cs), and makes up for what would have come with frames: animation frames,
// idle time, scroll events, ends of transitions and animations, resize and intersection observers, images and frames that load when they are near, view transitions.
// Whether a page is the same with and without is not promised here: the farm compares before it relies on it.
(() => {
  const frameMs = 16;
  // What is said to be left of an idle period at its beginning (requestidlecallback, section 5.1).
  const idleMs = 50;
  // Looks at the layout, while nobody asks for animation frames: soon after the start, when most happens, then ever less often.
  const lookMs = (looks) => looks < 20 ? 50 : looks < 60 ? 100 : 250;
  // A page that animates for ever would keep a processor busy; after so many frames in a row they come at a quarter of the rate.
  const busyFrames = 120;
  // How far from the view Chromium begins to load what is lazy, on a fast connection (LazyLoadImageObserver, settings.json5), in pixels.
  const lazyMargin = 1250;

  const setTimer = window.setTimeout.bind(window);
  const clearTimer = window.clearTimeout.bind(window);
  const now = performance.now.bind(performance);
  const style = window.getComputedStyle.bind(window);
  const boxOf = Element.prototype.getBoundingClientRect;
  const report = window.reportError.bind(window);
  const guarded = (call) => { try { call(); } catch (error) { report(error); } };
  const make = (prototype, values) =>
    Object.create(prototype, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, enumerable: true }])));
  const rectangle = (left, top, right, bottom) => new DOMRectReadOnly(left, top, Math.max(0, right - left), Math.max(0, bottom - top));

  // ---- Frames

  const callbacks = new Map();
  let lastHandle = 0, inARow = 0, looks = 0, frameTimer = 0, lookTimer = 0;

  const requestFrame = () => {
    frameTimer ||= setTimer(() => { frameTimer = 0; frame(); }, inARow < busyFrames ? frameMs : 4 * frameMs);
  };
  const requestLook = () => {
    lookTimer ||= setTimer(() => { lookTimer = 0; looks++; look(); requestLook(); }, lookMs(looks));
  };
  const frame = () => {
    const time = now(), due = [...callbacks.keys()];
    inARow = due.length > 0 ? inARow + 1 : 0;
    look();
    for (const handle of due) {
      const callback = callbacks.get(handle);
      if (callbacks.delete(handle)) guarded(() => callback(time));
    }
    observeSizes();
  };
  const look = () => {
    tellScrolled();
    endAnimations();
    observeSizes();
    observeIntersections();
    loadLazy();
  };

  window.requestAnimationFrame = function requestAnimationFrame(callback) {
    if (typeof callback !== 'function') throw new TypeError("Failed to execute 'requestAnimationFrame' on 'Window': parameter 1 is not of type 'Function'.");
    callbacks.set(++lastHandle, callback);
    requestFrame();
    return lastHandle;
  };
  window.cancelAnimationFrame = function cancelAnimationFrame(handle) { callbacks.delete(Number(handle)); };

  // ---- Idle time: Chromium counts it between frames

  const idlers = new Map();
  window.requestIdleCallback = function requestIdleCallback(callback) {
    if (typeof callback !== 'function') throw new TypeError("Failed to execute 'requestIdleCallback' on 'Window': parameter 1 is not of type 'Function'.");
    const handle = ++lastHandle;
    idlers.set(handle, setTimer(() => {
      idlers.delete(handle);
      const began = now();
      guarded(() => callback({ didTimeout: false, timeRemaining: () => Math.max(0, idleMs - (now() - began)) }));
    }, 1));
    return handle;
  };
  window.cancelIdleCallback = function cancelIdleCallback(handle) {
    clearTimer(idlers.get(Number(handle)));
    idlers.delete(Number(handle));
  };

  // ---- Scroll events: the window's, and those of elements that a script has scrolled

  const scrolled = new Map();
  const tellScrolled = () => {
    for (const [element, [left, top]] of scrolled) {
      const [x, y] = element === document ? [window.scrollX, window.scrollY] : [element.scrollLeft, element.scrollTop];
      if (x === left && y === top) continue;
      scrolled.set(element, [x, y]);
      guarded(() => element.dispatchEvent(new Event('scroll', { bubbles: element === document })));
    }
  };
  const willScroll = (element) => {
    const scroller = element === document.scrollingElement ? document : element;
    if (!scrolled.has(scroller)) scrolled.set(scroller, scroller === document ? [window.scrollX, window.scrollY] : [scroller.scrollLeft, scroller.scrollTop]);
    requestFrame();
  };
  const watch = (owner, name, elementOf) => {
    const original = owner[name];
    if (original) owner[name] = { [name](...values) { willScroll(elementOf(this)); return original.apply(this, values); } }[name];
  };
  for (const name of ['scroll', 'scrollTo', 'scrollBy']) {
    watch(window, name, () => document);
    watch(Element.prototype, name, (element) => element);
  }
  watch(Element.prototype, 'scrollIntoView', () => document);
  for (const name of ['scrollTop', 'scrollLeft']) {
    const { get, set } = Object.getOwnPropertyDescriptor(Element.prototype, name);
    Object.defineProperty(Element.prototype, name, { get, set(value) { willScroll(this); set.call(this, value); }, enumerable: true, configurable: true });
  }

  // ---- Ends of transitions and animations: their clock stands still without frames, so ours decides when they are over

  const running = new WeakMap();
  const endAnimations = () => {
    for (const animation of document.getAnimations()) {
      const timing = animation.effect?.getComputedTiming();
      const target = animation.effect?.target;
      if (!target || animation.playState !== 'running') continue;
      const isTransition = animation instanceof CSSTransition, isKeyframes = animation instanceof CSSAnimation;
      const tell = (name) => guarded(() => target.dispatchEvent(isTransition
        ? new TransitionEvent(`transition${name}`, { bubbles: true, propertyName: animation.transitionProperty, elapsedTime: timing.duration / 1000 })
        : new AnimationEvent(`animation${name}`, { bubbles: true, animationName: animation.animationName, elapsedTime: name === 'start' ? 0 : timing.activeDuration / 1000 })));
      let began = running.get(animation);
      if (began === undefined) {
        running.set(animation, began = now());
        if (isTransition) tell('run');
        if (isTransition || isKeyframes) tell('start');
      }
      if (timing.endTime === Infinity || now() - began < timing.endTime) continue;
      guarded(() => animation.finish());
      if (isTransition || isKeyframes) tell('end');
      else guarded(() => animation.dispatchEvent(new AnimationPlaybackEvent('finish', { currentTime: timing.endTime })));
    }
  };

  // ---- Resize observers

  const resizeObservers = new Set();
  const sizesOf = (element) => {
    if (element instanceof SVGGraphicsElement && !(element instanceof SVGSVGElement)) {
      const box = element.getBBox();
      return { content: [box.width, box.height], border: [box.width, box.height], left: 0, top: 0 };
    }
    const css = style(element), number = (name) => parseFloat(css[name]) || 0;
    if (css.display === 'none' || css.display === 'contents') return { content: [0, 0], border: [0, 0], left: 0, top: 0 };
    const aside = number('paddingLeft') + number('paddingRight') + number('borderLeftWidth') + number('borderRightWidth');
    const above = number('paddingTop') + number('paddingBottom') + number('borderTopWidth') + number('borderBottomWidth');
    const outer = css.boxSizing === 'border-box';
    const width = number('width'), height = number('height');
    const content = [Math.max(0, width - (outer ? aside : 0)), Math.max(0, height - (outer ? above : 0))];
    return { content, border: [outer ? width : content[0] + aside, outer ? height : content[1] + above], left: number('paddingLeft'), top: number('paddingTop') };
  };
  const size = ([inlineSize, blockSize]) => [make(ResizeObserverSize.prototype, { inlineSize, blockSize })];
  const scaled = ([width, height]) => [width * devicePixelRatio, height * devicePixelRatio];
  const observeSizes = () => {
    // A callback may change sizes; as the standard has it, not for ever.
    for (let round = 0; round < 4; round++) {
      let changed = false;
      for (const observer of resizeObservers) changed = observer.look() || changed;
      if (!changed) return;
    }
  };
  window.ResizeObserver = class ResizeObserver {
    #callback; #seen = new Map();
    #look = { look: () => {
      const entries = [];
      for (const [element, { box, last }] of this.#seen) {
        const sizes = element.isConnected ? sizesOf(element) : { content: [0, 0], border: [0, 0], left: 0, top: 0 };
        const [width, height] = box === 'border-box' ? sizes.border : sizes.content;
        if (last && last[0] === width && last[1] === height) continue;
        this.#seen.set(element, { box, last: [width, height] });
        entries.push(make(ResizeObserverEntry.prototype, {
          target: element, contentRect: rectangle(sizes.left, sizes.top, sizes.left + sizes.content[0], sizes.top + sizes.content[1]),
          contentBoxSize: size(sizes.content), borderBoxSize: size(sizes.border), devicePixelContentBoxSize: size(scaled(sizes.content)),
        }));
      }
      if (entries.length > 0) guarded(() => this.#callback.call(this, entries, this));
      return entries.length > 0;
    } };
    constructor(callback) {
      if (typeof callback !== 'function') throw new TypeError("Failed to construct 'ResizeObserver': parameter 1 is not of type 'Function'.");
      this.#callback = callback;
    }
    observe(element, options) {
      if (!(element instanceof Element)) throw new TypeError("Failed to execute 'observe' on 'ResizeObserver': parameter 1 is not of type 'Element'.");
      this.#seen.set(element, { box: options?.box, last: null });
      resizeObservers.add(this.#look);
      requestFrame();
    }
    unobserve(element) { this.#seen.delete(element); }
    disconnect() { this.#seen.clear(); resizeObservers.delete(this.#look); }
  };

  // ---- Intersection observers

  const intersectionObservers = new Set();
  const observeIntersections = () => { for (const observer of [...intersectionObservers]) observer.look(); };
  const marginsOf = (text) => {
    const parts = String(text ?? '0px').trim().split(/\s+/).map((part) => {
      const match = /^(-?[\d.]+)(px|%)?$/.exec(part);
      if (!match || (!match[2] && Number(match[1]) !== 0)) throw new SyntaxError("Failed to construct 'IntersectionObserver': rootMargin must be specified in pixels or percent.");
      return [Number(match[1]), match[2] ?? 'px'];
    });
    const [top, right = top, bottom = top, left = right] = parts;
    return [top, right, bottom, left];
  };
  const rootBox = (root, margins) => {
    const box = root instanceof Element ? boxOf.call(root) : { left: 0, top: 0, right: innerWidth, bottom: innerHeight, width: innerWidth, height: innerHeight };
    const of = ([value, unit], whole) => unit === '%' ? value * whole / 100 : value;
    return {
      left: box.left - of(margins[3], box.width), top: box.top - of(margins[0], box.height),
      right: box.right + of(margins[1], box.width), bottom: box.bottom + of(margins[2], box.height),
    };
  };
  const overlap = (a, b) => {
    const [left, top, right, bottom] = [Math.max(a.left, b.left), Math.max(a.top, b.top), Math.min(a.right, b.right), Math.min(a.bottom, b.bottom)];
    return left <= right && top <= bottom ? { left, top, right, bottom } : null;
  };
  // What is seen of an element in the root: cut by every ancestor that cuts what flows over.
  const visible = (element, root, frame) => {
    if (!element.isConnected || element.getClientRects().length === 0 || (root instanceof Element && !root.contains(element))) return null;
    let seen = boxOf.call(element);
    for (let parent = element.parentElement; seen && parent && parent !== root && parent !== document.body && parent !== document.documentElement; parent = parent.parentElement) {
      if (style(parent).overflow !== 'visible') seen = overlap(seen, boxOf.call(parent));
    }
    return seen && overlap(seen, frame);
  };
  window.IntersectionObserver = class IntersectionObserver {
    #callback; #root; #margins; #queue = []; #seen = new Map();
    #look = { look: () => {
      const frame = rootBox(this.#root, this.#margins);
      for (const [element, last] of this.#seen) {
        const box = boxOf.call(element), part = visible(element, this.#root, frame);
        const area = box.width * box.height;
        const ratio = !part ? 0 : area > 0 ? Math.min(1, (part.right - part.left) * (part.bottom - part.top) / area) : 1;
        const step = part ? this.thresholds.findLastIndex((threshold) => threshold <= ratio) + 1 : 0;
        if (last && last.step === step && last.is === (part !== null)) continue;
        this.#seen.set(element, { step, is: part !== null });
        this.#queue.push(make(IntersectionObserverEntry.prototype, {
          time: now(), target: element, isIntersecting: part !== null && (step > 0 || this.thresholds[0] === 0), isVisible: false, intersectionRatio: ratio,
          boundingClientRect: box, rootBounds: rectangle(frame.left, frame.top, frame.right, frame.bottom),
          intersectionRect: part ? rectangle(part.left, part.top, part.right, part.bottom) : rectangle(0, 0, 0, 0),
        }));
      }
      if (this.#queue.length > 0) guarded(() => this.#callback.call(this, this.takeRecords(), this));
    } };
    constructor(callback, options = {}) {
      if (typeof callback !== 'function') throw new TypeError("Failed to construct 'IntersectionObserver': parameter 1 is not of type 'Function'.");
      const thresholds = [options.threshold ?? 0].flat().map(Number).sort((a, b) => a - b);
      if (thresholds.some((threshold) => !(threshold >= 0 && threshold <= 1))) throw new RangeError("Failed to construct 'IntersectionObserver': Threshold values must be numbers between 0 and 1");
      this.#callback = callback;
      this.#root = options.root ?? null;
      this.#margins = marginsOf(options.rootMargin);
      Object.defineProperties(this, {
        root: { value: this.#root }, rootMargin: { value: this.#margins.map(([value, unit]) => value + unit).join(' ') }, thresholds: { value: Object.freeze(thresholds.length ? thresholds : [0]) },
      });
    }
    observe(element) {
      if (!(element instanceof Element)) throw new TypeError("Failed to execute 'observe' on 'IntersectionObserver': parameter 1 is not of type 'Element'.");
      if (!this.#seen.has(element)) this.#seen.set(element, null);
      intersectionObservers.add(this.#look);
      requestFrame();
    }
    unobserve(element) { this.#seen.delete(element); }
    disconnect() { this.#seen.clear(); this.#queue = []; intersectionObservers.delete(this.#look); }
    takeRecords() { const records = this.#queue; this.#queue = []; return records; }
  };

  // ---- Images and frames that load when they are near

  const begun = new WeakSet();
  const loadLazy = () => {
    const near = { left: -lazyMargin, top: -lazyMargin, right: innerWidth + lazyMargin, bottom: innerHeight + lazyMargin };
    for (const element of document.querySelectorAll('img[loading="lazy" i], iframe[loading="lazy" i]')) {
      if (begun.has(element) || !visible(element, null, near)) continue;
      begun.add(element);
      // It begins to load at once, and then says again what it said before.
      const said = element.getAttribute('loading');
      element.setAttribute('loading', 'eager');
      element.setAttribute('loading', said);
    }
  };

  // ---- View transitions: the change is made, nothing moves

  if (document.startViewTransition) {
    document.startViewTransition = function startViewTransition(change) {
      const update = typeof change === 'function' ? change : change?.update;
      const updateCallbackDone = Promise.resolve().then(() => update?.()).then(() => undefined);
      updateCallbackDone.catch(() => undefined);
      return { updateCallbackDone, ready: updateCallbackDone, finished: updateCallbackDone, types: new Set(change?.types ?? []), skipTransition() {} };
    };
  }

  document.addEventListener('DOMContentLoaded', () => requestFrame(), { once: true });
  window.addEventListener('load', () => requestFrame(), { once: true });
  requestLook();
})();
