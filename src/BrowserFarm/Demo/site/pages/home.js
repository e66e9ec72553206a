import { h, heading, show } from "../dom.js";

const sections = [
  ["/products", "All products", "A list with page links. Every product can be reached by following links."],
  ["/browse", "Browse", "The same shelf behind a “Load more” button: no links to follow, only a click."],
  ["/infinite", "Endless shelf", "More products arrive as you scroll, until there are none left."],
  ["/account", "Your account", "Orders behind a login. The user is demo, and so is the password."],
  ["/slow", "The slow page", "Takes three seconds before it says anything at all."],
];

const labs = [
  ["/lab/endless", "A script that never ends"],
  ["/lab/growing", "A page that grows for ever"],
  ["/lab/alerts", "Dialogs without end"],
];

export default function home() {
  show("Home",
    heading("Good things, slowly made", "A small shop full of everything that makes pages hard to read for a machine."),
    h("ul", { class: "tiles" }, sections.map(([href, title, text]) =>
      h("li", {}, h("a", { class: "tile", href }, h("strong", {}, title), h("span", {}, text))))),
    h("section", { class: "panel sale" },
      h("h2", {}, "Flash sale"),
      h("p", {}, "Six offers, but the shop turns hasty visitors away with “429 Too Many Requests”."),
      h("p", { class: "pills" }, [1, 2, 3, 4, 5, 6].map(n => h("a", { class: "pill", href: `/sale/${n}` }, `Offer ${n}`)))),
    h("section", { class: "panel" },
      h("h2", {}, "The laboratory"),
      h("p", {}, "Pages that misbehave on purpose. robots.txt asks visitors to stay out."),
      h("p", { class: "pills" }, labs.map(([href, title]) => h("a", { class: "pill", href }, title)))));
}
