// Waits until a CSS selector matches, in a world of its own. Answers 'found'; 'elsewhere' when only another way of looking can tell: the selector is no CSS of the
// browser's, or the page has shadow roots, which document.querySelector does not see into; 'late' when the time is up.
(world, selector, milliseconds) => new Promise((answer) => {
  const between = 10;   // milliseconds: a page that changes all the time is not searched all the time
  const find = Document.prototype.querySelector;
  let last = -Infinity;
  let next = 0;
  const watch = new MutationObserver(() => {
    if (next !== 0) return;
    const wait = last + between - performance.now();
    if (wait <= 0) look(); else next = setTimeout(look, wait);
  });
  const end = (word) => {
    watch.disconnect();
    clearTimeout(next);
    clearInterval(rounds);
    answer(word);
  };
  const look = () => {
    next = 0;
    last = performance.now();
    try {
      if (find.call(document, selector) !== null) end('found');
    } catch {
      end('elsewhere');
    }
  };
  const began = performance.now();
  // Roots are looked for now and then only: it takes a look at every element that may have one.
  const round = () => {
    look();
    if (world().shadowRoots.length > 0) end('elsewhere');
    else if (performance.now() - began >= milliseconds) end('late');
  };
  const rounds = setInterval(round, 250);
  watch.observe(document, { subtree: true, childList: true, attributes: true });
  round();
})
