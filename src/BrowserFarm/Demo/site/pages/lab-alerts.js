import { h, heading, show } from "../dom.js";

export default function alerts() {
  const count = h("strong", { "data-testid": "alerts" }, "0");
  show("Dialogs without end", heading("Dialogs without end", "Every dialog you close makes room for the next."),
    h("p", {}, "Closed so far: ", count));

  let closed = 0;
  setInterval(() => {
    alert(`Dialog ${closed + 1}`);
    count.textContent = `${++closed}`;
  }, 100);
}
