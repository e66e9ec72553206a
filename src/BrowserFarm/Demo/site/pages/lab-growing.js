import { h, heading, show } from "../dom.js";

export default function growing() {
  const lines = h("ol", { class: "growing" });
  show("A page that grows for ever", heading("A page that grows for ever", "And whose network is never quiet."), lines);

  let line = 0;
  setInterval(() => {
    for (let i = 0; i < 20; i++) lines.append(h("li", {}, `Line ${++line}, and no end in sight.`));
  }, 50);
  poll();
}

async function poll() {
  for (;;) {
    try {
      await fetch("/api/pulse");
    } catch {
      await new Promise(resolve => setTimeout(resolve, 500));
    }
  }
}
