import { h, heading, show } from "../dom.js";

export default function gone() {
  show("Gone", heading("Gone for good", "This page was here once and is not coming back."),
    h("p", {}, h("a", { href: "/" }, "Back to the shop")));
}
