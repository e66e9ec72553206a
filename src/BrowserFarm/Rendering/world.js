// What capture.js and fields.js both stand on. Runs in an isolated world: the page's own changes to prototypes and globals are not seen here. What it can
// still do is name elements after properties of `document`, so those are read through the prototypes' getters.
() => {
  const read = (prototype, name, object) => Object.getOwnPropertyDescriptor(prototype, name).get.call(object);
  const root = read(Document.prototype, 'documentElement', document);
  const shadowRootOf = Object.getOwnPropertyDescriptor(Element.prototype, 'shadowRoot').get;   // looked up once: there are thousands of elements
  const shadowRoots = [];
  const collect = (scope) => {
    for (const element of scope.querySelectorAll('*')) {
      const shadow = shadowRootOf.call(element);
      if (shadow) {
        shadowRoots.push(shadow);
        collect(shadow);
      }
    }
  };
  if (root) collect(root);

  return { read, root, shadowRoots };
}
