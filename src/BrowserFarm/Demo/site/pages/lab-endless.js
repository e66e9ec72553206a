import { h, heading, show } from "../dom.js";

export default function endless() {
  show("A script that never ends",
    heading("A script that never ends", "From here on this page answers nothing any more."),
    h("p", {}, "Its only thread is busy, for ever."));

  // After a frame, so that a human gets to see the text above.
  requestAnimationFrame(() => setTimeout(() => { while (true) { /* on purpose */ } }));
}
