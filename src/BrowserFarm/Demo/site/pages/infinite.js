import { apart, getJson, h, heading, loading, show } from "../dom.js";
import { productCard, productGrid } from "../cards.js";

export default async function infinite() {
  let list = await getJson("/api/products?page=1");
  let shown = list.items.length;
  const grid = productGrid(list.items);
  const count = h("p", { class: "count", "data-testid": "shown" });
  const end = h("div", { class: "more" }, count, loading("More is coming…"));
  const observer = new IntersectionObserver(([entry]) => { if (entry.isIntersecting) loadMore(); }, { rootMargin: "200px" });

  async function loadMore() {
    observer.unobserve(end);
    list = await getJson(`/api/products?page=${list.page + 1}`);
    grid.append("\n", ...apart(list.items.map(productCard)));
    shown += list.items.length;
    update();
  }

  // Observing anew reports once even if the end of the list is still in view, as in a very tall window.
  function update() {
    count.textContent = `${shown} of ${list.total} products`;
    if (list.page < list.pages) observer.observe(end);
    else end.querySelector(".loading").replaceWith(h("p", { class: "the-end", "data-testid": "the-end" }, "That is everything."));
  }

  show("Endless shelf", heading("The endless shelf", "Keep scrolling; it does end."), grid, end);
  update();
}
