// What the selectors of fields match, and nothing made of it: values are read by the same rules as for pages without a browser. Runs in an isolated
// world, as capture.js does. A form may have an input called "attributes" or "querySelectorAll", so even methods are taken from the prototypes.
(page, fields, maxTaken, maxCharacters) => {
  const { read, root, shadowRoots } = page;

  const kind = (node) => read(Node.prototype, 'nodeType', node);
  const describe = (node) => {
    if (kind(node) !== Node.ELEMENT_NODE) return kind(node) === Node.ATTRIBUTE_NODE ? 'an attribute' : 'text';
    let tag = '<' + read(Element.prototype, 'localName', node);
    for (const attribute of Array.from(read(Element.prototype, 'attributes', node)).slice(0, 4)) tag += ` ${attribute.name}="${attribute.value}"`;
    return tag.length > 119 ? tag.slice(0, 119) + '>…' : tag + '>';
  };
  const valueOf = (node, field) => {
    const isElement = kind(node) === Node.ELEMENT_NODE;
    const value = field.attribute ? (isElement ? Element.prototype.getAttribute.call(node, field.attribute) : null)
      : field.html && isElement ? read(Element.prototype, 'innerHTML', node)
      : read(Node.prototype, 'textContent', node);
    return value === null ? null : value.slice(0, maxCharacters);
  };
  const evaluate = (expression, scope, type) => Document.prototype.evaluate.call(document, expression, scope, null, type, null);
  const find = (scope, field) => {
    if (field.selector === '') return [scope === document ? root : scope].filter((node) => node);
    if (!field.xpath) {
      const scopes = scope === document ? [document, ...shadowRoots] : kind(scope) === Node.ELEMENT_NODE ? [scope] : [];
      const all = (inside) => Array.from(inside === document ? Document.prototype.querySelectorAll.call(inside, field.selector)
        : kind(inside) === Node.ELEMENT_NODE ? Element.prototype.querySelectorAll.call(inside, field.selector)
        : inside.querySelectorAll(field.selector));
      return scopes.flatMap(all);
    }
    let found;
    try {
      found = evaluate(field.selector, scope, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
    } catch (error) {
      const value = evaluate(field.selector, scope, XPathResult.ANY_TYPE);
      if (value.resultType === XPathResult.NUMBER_TYPE) return String(value.numberValue);
      if (value.resultType === XPathResult.STRING_TYPE) return value.stringValue;
      if (value.resultType === XPathResult.BOOLEAN_TYPE) return String(value.booleanValue);
      throw error;
    }
    return Array.from({ length: found.snapshotLength }, (_, index) => found.snapshotItem(index));
  };
  const pick = (scope, wanted) => wanted.map((field) => {
    let nodes;
    try {
      nodes = find(scope, field);
    } catch (error) {
      return [0, [], String(error.message || error).slice(0, 200)];
    }
    if (typeof nodes === 'string') return [1, [[nodes.slice(0, maxCharacters), 'a value']]];
    const taken = nodes.slice(0, field.list ? maxTaken : 1);
    return [field.list ? nodes.length : taken.length, taken.map((node) => [field.fields ? pick(node, field.fields) : valueOf(node, field), describe(node)])];
  });

  return pick(document, fields);
}
