// Waits until a CSS selector matches, in a world of its own. Answers 'found'; 'elsewhere' when only another way of looking can tell: the selector is no CSS of the
// browser's, or the page has shadow roots, which document.querySelector does not see into; 'late' when the time is up.
(world, selector, milliseconds) => new Promise((answer) => {
  const find = Document.prototype.querySelector;
  const began = performance.now();
  let [nextLook, nextRound] = [0, 0];
  let mayLook = began;
  const end = (word) => {
    watch.disconnect();
    clearTimeout(nextLook);
    clearTimeout(nextRound);
    answer(word);
    return true;
  };

  // At most a tenth of the time is spent on looking, however large the page is and however often it changes.
  const look = () => {
    clearTimeout(nextLook);
    nextLook = 0;
    const start = performance.now();
    try {
      if (find.call(document, selector) !== null) return end('found');
    } catch {
      return end('elsewhere');
    }
    const now = performance.now();
    mayLook = now + Math.max(10, 10 * (now - start));
    return false;
  };
  const watch = new MutationObserver(() => {
    if (nextLook !== 0) return;
    const wait = mayLook - performance.now();
    if (wait > 0) nextLook = setTimeout(look, wait); else look();
  });

  // Roots are looked for now and then only, and a twentieth of the time: it takes a look at every element that may have one.
  const round = () => {
    if (look()) return;
    const start = performance.now();
    if (world().shadowRoots.length > 0) return end('elsewhere');
    const now = performance.now();
    if (now - began >= milliseconds) return end('late');
    nextRound = setTimeout(round, Math.max(250, 20 * (now - start)));
  };
  watch.observe(document, { subtree: true, childList: true, attributes: true });
  round();
})
