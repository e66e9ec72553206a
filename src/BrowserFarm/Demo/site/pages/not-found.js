import { h, heading, show } from "../dom.js";

export default function notFound() {
  show("Not found", heading("Not found", "There is nothing at this address."),
    h("p", {}, h("a", { href: "/" }, "Back to the shop")));
}
