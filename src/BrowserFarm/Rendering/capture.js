// Reads the page in one go. Runs in an isolated world: the page's own changes to prototypes and globals are not seen here. What it can
// still do is name elements after properties of `document`, so those are read through the prototypes' getters.
(page, limit, wanted) => {
  const { read, root, shadowRoots } = page;
  const body = read(Document.prototype, 'body', document);
  const doctype = read(Document.prototype, 'doctype', document);

  // Deeper than any parser nests by itself (browsers stop at 512), only a script nests; whoever reads this HTML again would choke on it.
  // After this only fields are looked for, so the excess is simply cut off.
  const maxDepth = 1000;
  let tooDeep = false;
  if (root && root.querySelector('* > '.repeat(maxDepth + 1) + '*')) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
    let depth = 0;
    for (let node = root; node;) {
      if (depth >= maxDepth && node.firstElementChild) {
        node.replaceChildren();
        tooDeep = true;
      }
      if (walker.firstChild()) {
        depth++;
      } else {
        while (!walker.nextSibling()) {
          if (!walker.parentNode()) {
            walker.currentNode = root;
            depth = -1;
            break;
          }
          depth--;
        }
        if (depth < 0) break;
      }
      node = walker.currentNode;
    }
  }

  let html = '';
  if (root) {
    if (shadowRoots.length > 0 && root.getHTML) {
      const shell = root.cloneNode(false).outerHTML;
      const end = shell.lastIndexOf('</');
      html = shell.slice(0, end) + root.getHTML({ shadowRoots }) + shell.slice(end);
    } else {
      html = root.outerHTML;
    }
    if (doctype) html = new XMLSerializer().serializeToString(doctype) + '\n' + html;
  }

  // Of the page what metadata is read from, as a small document: to parse the whole again costs more than to read it. Microdata may be anywhere, and so may be what is in shadow roots.
  let about = null;
  if (wanted.about && root && shadowRoots.length === 0 && !root.querySelector('[itemscope]')) {
    const shell = root.cloneNode(false).outerHTML;
    const isRead = (element) => element.localName !== 'script' || /^\s*application\/ld\+json\s*$/i.test(element.getAttribute('type'));
    const parts = Array.from(root.querySelectorAll('meta[content], link[rel][href], script[type]')).filter(isRead).map((element) => element.outerHTML);
    about = shell.slice(0, shell.lastIndexOf('</')) + parts.join('');
    if (about.length > 500_000) about = null;
  }

  const links = [];
  const seen = new Set();
  for (const scope of root ? [root, ...shadowRoots] : []) {
    for (const anchor of scope.querySelectorAll('a[href], area[href]')) {
      // One that is too long to be followed is cut where that can still be seen; it goes into the record, not into the result.
      const url = typeof anchor.href === 'string' ? anchor.href.slice(0, 8193) : '';
      if (url === '' || seen.has(url)) continue;
      seen.add(url);
      links.push([url, (anchor.textContent || '').replace(/\s+/g, ' ').trim().slice(0, 200), /(^|\s)nofollow(\s|$)/i.test(anchor.getAttribute('rel') || ''), anchor.hasAttribute('download')]);
    }
  }

  let text = wanted.text && body ? body.innerText || '' : '';
  for (const shadow of wanted.text ? shadowRoots : []) {
    for (const child of shadow.children) {
      const inner = typeof child.innerText === 'string' && !['STYLE', 'SCRIPT', 'LINK'].includes(child.tagName) ? child.innerText : '';
      if (inner) text += '\n' + inner;
    }
  }

  return {
    url: location.href,
    base: read(Node.prototype, 'baseURI', document),
    title: read(Document.prototype, 'title', document).slice(0, 2000),
    html: html.slice(0, limit),
    about,
    text: text.slice(0, limit),
    truncated: tooDeep || html.length > limit || text.length > limit,
    links,
  };
}
