// What capture.js and fields.js both stand on. Runs in an isolated world: the page's own changes to prototypes and globals are not seen here. What it can
// still do is name elements after properties of `document`, so those are read through the prototypes' getters.
() => {
  const read = (prototype, name, object) => Object.getOwnPropertyDescriptor(prototype, name).get.call(object);
  const root = read(Document.prototype, 'documentElement', document);
  const shadowRootOf = Object.getOwnPropertyDescriptor(Element.prototype, 'shadowRoot').get;   // looked up once: there are thousands of elements
  const shadowRoots = [];
  const collect = (scope, candidates) => {
    for (const element of scope.querySelectorAll(candidates)) {
      const shadow = shadowRootOf.call(element);
      if (shadow) {
        shadowRoots.push(shadow);
        collect(shadow, '*');
      }
    }
  };
  // The elements that can have one by the DOM standard (attachShadow, step 2), besides custom ones, whose names have a hyphen: to look at each element of a page costs
  // more than to make its HTML.
  const hosts = 'article, aside, blockquote, body, div, footer, h1, h2, h3, h4, h5, h6, header, main, nav, p, section, span';
  const ask = (expression) => Document.prototype.evaluate.call(document, expression, document, null, XPathResult.BOOLEAN_TYPE, null).booleanValue;
  if (root) collect(root, ask("//*[contains(local-name(), '-')]") ? '*' : hosts);

  return { read, root, shadowRoots };
}
