import { h, heading, show } from "../dom.js";

export default function slow() {
  show("The slow page",
    heading("Worth the wait?", "The server took its time before the first byte of this page."),
    h("p", {}, "A crawler that waits for one page at a time spends these seconds doing nothing. ",
      h("a", { href: "/products" }, "The products"), " are quicker."));
}
