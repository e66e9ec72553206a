import { apart, getJson, h, heading, show } from "../dom.js";
import { productCard, productGrid } from "../cards.js";

export default async function browse() {
  let list = await getJson("/api/products?page=1");
  let shown = list.items.length;
  const grid = productGrid(list.items);
  const count = h("p", { class: "count", "data-testid": "shown", role: "status" });
  const more = h("button", { class: "button load-more", type: "button", "data-testid": "load-more", onclick: loadMore }, "Load more");

  async function loadMore() {
    more.disabled = true;
    list = await getJson(`/api/products?page=${list.page + 1}`);
    grid.append("\n", ...apart(list.items.map(productCard)));
    shown += list.items.length;
    more.disabled = false;
    update();
  }

  function update() {
    count.textContent = `${shown} of ${list.total} products`;
    if (list.page === list.pages) more.remove();
  }

  show("Browse", heading("Browse", "Press the button for more."), grid, h("div", { class: "more" }, count, more));
  update();
}
