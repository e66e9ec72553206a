import { h, heading, show } from "../dom.js";

export default async function account() {
  const response = await fetch("/api/account");
  if (response.status === 401) return showLogin();

  const { user, orders } = await response.json();
  show("Your orders",
    heading("Your orders", `Signed in as ${user}.`),
    h("ul", { class: "orders" }, orders.map(order)));
}

function order({ number, date, product, productId, quantity, total }) {
  return h("li", { class: "order", "data-number": number },
    h("span", { class: "order-number" }, number),
    h("time", { datetime: date }, date),
    h("a", { class: "order-product", href: `/products/${productId}` }, `${quantity} × ${product}`),
    h("span", { class: "order-total" }, total));
}

function showLogin() {
  const problem = h("p", { class: "problem", role: "alert" });
  const form = h("form", { class: "login panel", onsubmit: submit },
    h("label", {}, "User", h("input", { name: "user", autocomplete: "username", required: true })),
    h("label", {}, "Password", h("input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
    h("button", { class: "button", type: "submit" }, "Sign in"),
    problem);

  async function submit(event) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    const response = await fetch("/api/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    });
    if (response.ok) return account();
    problem.textContent = (await response.json()).reason;
  }

  show("Sign in", heading("Sign in", "Your orders are waiting behind this door. Use demo and demo."), form);
}
