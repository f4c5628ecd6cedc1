/** The line for a first visit: three things to try, ticked off as they happen. */

import { h, redraw } from "./dom.js";

const KEPT = "switchboard-sandbox-hint";
const STEPS = ["Click a ready-made post in the town square", "Press Claim on its card", "Press Reply and answer"];
const DONE = "That is all there is to it: your answer now stands under the post, in the brand's name.";
const done = new Set();

/** Show the line unless it was put away before. */
export function showHint() {
  if (localStorage.getItem(KEPT)) return;
  document.addEventListener("posted", () => tick(0));
  document.addEventListener("used", ({ detail }) => {
    if (detail.label === "Claim") tick(1);
  });
  document.addEventListener("answered", () => tick(2));
  draw();
}

function tick(step) {
  for (let before = 0; before <= step; before += 1) done.add(before);
  draw();
}

function draw() {
  const line = document.getElementById("hint");
  line.hidden = Boolean(localStorage.getItem(KEPT));
  const steps = STEPS.map((text, at) =>
    h(
      "li",
      { class: done.has(at) ? "done" : at === done.size ? "next" : "" },
      text,
      done.has(at) && h("span.for-readers", " (done)"),
    ),
  );
  const words = done.size === STEPS.length ? h("p", DONE) : h("ol", steps);
  redraw(
    line,
    h("strong", "Try this"),
    words,
    h("button.quiet", { type: "button", "aria-label": "Put away this hint", on: { click: putAway } }, "×"),
  );
}

function putAway() {
  localStorage.setItem(KEPT, "away");
  document.getElementById("hint").hidden = true;
}
