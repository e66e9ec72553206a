import { h, heading, show } from "../dom.js";

export default function failed(problem) {
  show("Something went wrong", heading("Something went wrong", "The shop could not be reached. Please try again."),
    h("p", { class: "problem" }, problem.message));
}
