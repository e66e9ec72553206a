import { getJson, h, show } from "../dom.js";

export default async function sale(number) {
  const offer = await getJson(`/api/sale/${number}`);
  const { product } = offer;

  show(`Flash sale ${offer.number}: ${product.name}`,
    h("article", { class: "product sale", "data-offer": offer.number },
      h("img", { class: "product-image", src: product.image, alt: `Drawing of ${product.name}`, width: 400, height: 300 }),
      h("div", {},
        h("p", { class: "category" }, `Flash sale, offer ${offer.number} of ${offer.offers}`),
        h("h1", { class: "product-title" }, product.name),
        h("p", {}, h("span", { class: "price" }, offer.salePrice), " ", h("s", { class: "old-price" }, product.price), " ",
          h("span", { class: "percent-off" }, `−${offer.percentOff} %`)),
        h("p", { class: "description" }, product.description),
        h("p", { class: "sku-line" }, "Article ", h("span", { class: "sku" }, product.sku)))),
    h("nav", { class: "pagination", "aria-label": "Offers" }, Array.from({ length: offer.offers }, (_, i) =>
      h("a", { href: `/sale/${i + 1}`, "aria-current": i + 1 === offer.number ? "page" : null }, `${i + 1}`))));
}
