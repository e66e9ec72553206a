// Every address serves the same empty document; this finds the page that belongs to the address and lets it draw itself.

import { NotFound, apart, h, loading } from "./dom.js";

const routes = [
  [/^\/$/, () => import("./pages/home.js")],
  [/^\/products$/, () => import("./pages/products.js")],
  [/^\/products\/(\d+)$/, () => import("./pages/product.js")],
  [/^\/browse$/, () => import("./pages/browse.js")],
  [/^\/infinite$/, () => import("./pages/infinite.js")],
  [/^\/account$/, () => import("./pages/account.js")],
  [/^\/sale\/(\d+)$/, () => import("./pages/sale.js")],
  [/^\/slow$/, () => import("./pages/slow.js")],
  [/^\/lab\/endless$/, () => import("./pages/lab-endless.js")],
  [/^\/lab\/growing$/, () => import("./pages/lab-growing.js")],
  [/^\/lab\/alerts$/, () => import("./pages/lab-alerts.js")],
  [/^\/gone$/, () => import("./pages/gone.js")],
];

const path = location.pathname.toLowerCase().replace(/(.)\/$/, "$1");

function frame() {
  const link = (href, text) => h("a", { href, "aria-current": href === path ? "page" : null }, text);
  return [
    h("header", { class: "bar" },
      h("a", { class: "brand", href: "/" }, h("img", { src: "/assets/icon.svg", alt: "", width: 28, height: 28 }), "Seedling & Co."),
      h("nav", { "aria-label": "Sections" },
        link("/products", "Products"), link("/browse", "Browse"), link("/infinite", "Endless shelf"), link("/account", "Account"))),
    h("main", { id: "content" }, loading()),
    h("footer", {}, "A demo shop that serves itself. Everything on this page was drawn by JavaScript."),
  ];
}

async function render() {
  for (const [pattern, load] of routes) {
    const match = pattern.exec(path);
    if (match) return (await load()).default(...match.slice(1));
  }
  throw new NotFound(path);
}

document.getElementById("app").replaceChildren(...apart(frame()));
try {
  await render();
} catch (problem) {
  const page = problem instanceof NotFound ? "./pages/not-found.js" : "./pages/failed.js";
  (await import(page)).default(problem);
}
