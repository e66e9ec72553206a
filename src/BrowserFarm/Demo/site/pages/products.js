import { getJson, h, heading, show } from "../dom.js";
import { productGrid } from "../cards.js";

export default async function products() {
  const asked = new URLSearchParams(location.search).get("page") ?? "1";
  const list = await getJson(`/api/products?page=${encodeURIComponent(asked)}`);

  show(`Products, page ${list.page}`,
    heading("Products", `${list.total} things, page ${list.page} of ${list.pages}.`),
    productGrid(list.items),
    pagination(list.page, list.pages));
}

function pagination(page, pages) {
  const address = n => n === 1 ? "/products" : `/products?page=${n}`;
  const near = [...new Set([1, page - 2, page - 1, page, page + 1, page + 2, pages])].filter(n => n >= 1 && n <= pages);

  const items = [];
  if (page > 1) items.push(h("a", { href: address(page - 1), rel: "prev" }, "← Previous"));
  near.forEach((n, i) => {
    if (i > 0 && n > near[i - 1] + 1) items.push(h("span", { class: "gap" }, "…"));
    items.push(h("a", { href: address(n), "aria-current": n === page ? "page" : null }, `${n}`));
  });
  if (page < pages) items.push(h("a", { href: address(page + 1), rel: "next" }, "Next →"));
  return h("nav", { class: "pagination", "aria-label": "Pages" }, items);
}
