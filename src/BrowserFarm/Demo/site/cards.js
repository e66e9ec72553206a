import { h } from "./dom.js";

export function productCard(product) {
  return h("li", { class: "card", "data-id": product.id },
    h("a", { href: `/products/${product.id}` },
      h("img", { src: product.image, alt: "", width: 400, height: 300, loading: "lazy" }),
      h("span", { class: "card-category" }, product.category),
      h("span", { class: "card-title" }, product.name),
      h("span", { class: "card-price" }, product.price)));
}

export function productGrid(products) {
  return h("ul", { class: "grid", "data-testid": "products" }, products.map(productCard));
}
