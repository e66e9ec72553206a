import { describe, getJson, h, loading, show } from "../dom.js";

export default async function product(id) {
  const item = await getJson(`/api/products/${id}`);
  const reviews = h("section", { class: "reviews", "data-testid": "reviews-section" },
    h("h2", {}, "Reviews"), loading("Reviews are on their way…"));

  show(item.name,
    h("article", { class: "product", "data-id": item.id },
      h("img", { class: "product-image", src: item.image, alt: `Drawing of ${item.name}`, width: 400, height: 300 }),
      h("div", {},
        h("p", { class: "category" }, item.category),
        h("h1", { class: "product-title" }, item.name),
        h("p", { class: "price" }, item.price),
        h("p", { class: "description" }, item.description),
        h("p", { class: "stock" }, item.stock > 0 ? `${item.stock} in stock` : "Sold out"),
        h("p", { class: "sku-line" }, "Article ", h("span", { class: "sku" }, item.sku)))),
    reviews,
    h("p", {}, h("a", { href: "/products" }, "← Back to all products")));
  describe(item.description, `/products/${item.id}`);
  structuredData(item);

  const list = await getJson(`/api/products/${id}/reviews`);
  reviews.querySelector(".loading").replaceWith(
    h("ul", { class: "review-list", "data-testid": "reviews" }, list.map(review)));
}

function review({ author, stars, text, date }) {
  return h("li", { class: "review" },
    h("p", { class: "review-head" },
      h("span", { class: "stars", "aria-label": `${stars} of 5 stars` }, "★".repeat(stars) + "☆".repeat(5 - stars)),
      h("strong", { class: "review-author" }, author),
      h("time", { datetime: date }, date)),
    h("p", { class: "review-text" }, text));
}

function structuredData(item) {
  const data = {
    "@context": "https://schema.org",
    "@type": "Product",
    name: item.name,
    sku: item.sku,
    category: item.category,
    description: item.description,
    image: new URL(item.image, location.origin).href,
    offers: { "@type": "Offer", priceCurrency: "EUR", price: (item.priceInCents / 100).toFixed(2) },
  };
  document.head.append(h("script", { type: "application/ld+json" }, JSON.stringify(data)));
}
