/** The line for a first visit: three things to try, ticked off as they happen. */

import { h, redraw } from "./dom.js";
import { plain } from "./text.js";
import { me, world } from "./world.js";

const KEPT = "switchboard-sandbox-hint";
const STEPS = ["Click a ready-made post in the town square", "Press Claim on its card", "Press Reply and answer"];
const DONE = "That is all there is to it: your answer now stands under the post, in the brand's name.";
const APPROVE = "Approve";
let done = 0;

/** Show the line unless it was put away before. */
export function showHint() {
  if (localStorage.getItem(KEPT)) return;
  document.addEventListener("posted", () => tick(0));
  document.addEventListener("used", ({ detail }) => {
    if (["Claim", "Reply"].includes(detail.label)) tick(1);
  });
  document.addEventListener("answered", () => tick(2));
  drawHint();
}

function tick(step) {
  done = Math.max(done, step + 1);
  drawHint();
}

/** Draw the line as far as things are done. A reply that waits for somebody else shows who goes on. */
export function drawHint() {
  const line = document.getElementById("hint");
  line.hidden = Boolean(localStorage.getItem(KEPT));
  const held = isHeld();
  const wanted = held ? [...STEPS.slice(0, -1), toApprove()] : STEPS;
  const ticked = held ? wanted.length - 1 : done;
  const steps = wanted.map((text, at) =>
    h(
      "li",
      { class: at < ticked ? "done" : at === ticked ? "next" : "" },
      text,
      at < ticked && h("span.for-readers", " (done)"),
    ),
  );
  const words = ticked === STEPS.length ? h("p", DONE) : h("ol", steps);
  redraw(
    line,
    h("strong", "Try this"),
    words,
    h("button.quiet", { type: "button", "aria-label": "Put away this hint", on: { click: putAway } }, "×"),
  );
}

/** Whether a card in sight has a reply that somebody else must approve. */
function isHeld() {
  const shown = (world.state?.messages ?? []).flatMap(({ blocks }) => blocks);
  const buttons = shown.flatMap(({ elements = [] }) => elements);
  return buttons.some(({ text }) => text?.text && plain(text.text) === APPROVE);
}

function toApprove() {
  if (me().is_admin) return `Press ${APPROVE} on its card`;
  const admin = world.state.people.find(({ is_admin: may }) => may);
  const who = admin ? admin.real_name.split(" ")[0] : "somebody who may approve";
  return `Now switch to ${who}, who reads it and presses ${APPROVE}`;
}

function putAway() {
  localStorage.setItem(KEPT, "away");
  document.getElementById("hint").hidden = true;
}
