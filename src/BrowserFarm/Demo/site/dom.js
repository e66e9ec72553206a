// Builds elements. Texts become text nodes and values become attributes: nothing is ever parsed as HTML.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...apart(children.flat()));
  return element;
}

// Puts the white space between elements that a hand-written page has too, so that the words of neighbours never run together.
export function apart(children) {
  const present = children.filter(child => child != null);
  return present.flatMap((child, i) => child instanceof Element && present[i - 1] instanceof Element ? ["\n", child] : [child]);
}

export async function getJson(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (response.status === 404) throw new NotFound(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

export class NotFound extends Error {}

// Shows a page inside the shop's frame and gives the document its title.
export function show(title, ...content) {
  document.title = `${title} · Seedling & Co.`;
  document.querySelector("main").replaceChildren(...apart(content.flat()));
}

export function describe(text, canonicalPath) {
  document.head.append(
    h("meta", { name: "description", content: text }),
    h("meta", { property: "og:title", content: document.title }),
    h("link", { rel: "canonical", href: new URL(canonicalPath, location.origin).href }));
}

export function heading(title, lead) {
  return h("header", { class: "heading" }, h("h1", {}, title), lead ? h("p", { class: "lead" }, lead) : null);
}

export function loading(text = "Loading…") {
  return h("p", { class: "loading", role: "status" }, text);
}
