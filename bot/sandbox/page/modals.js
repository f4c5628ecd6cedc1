/** The modals a bot opens: one dialog each, the top one shown, what was typed kept. */

import { act } from "./api.js";
import { blocks } from "./blocks.js";
import { h, redraw } from "./dom.js";
import { told } from "./fields.js";
import { goBack, isLost } from "./focus.js";
import { plain } from "./text.js";
import { world } from "./world.js";

let opener = [];

/**
 * Show the modals this person has open: the top one on top, the others kept as they were. `focus`:
 * the ways to where the keyboard was; it goes back there when the last one closes.
 */
export function showModals(views, focus) {
  const place = document.getElementById("modals");
  const wereOpen = place.children.length;
  if (!wereOpen) opener = focus;
  redraw(place, views.map(modal));
  const [top, ...below] = [...place.children].reverse();
  below.filter((dialog) => dialog.open).forEach((dialog) => dialog.close());
  if (top && !top.open) open(top);
  if (wereOpen && !top && isLost()) goBack(opener);
}

function open(dialog) {
  dialog.showModal();
  const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".blocks :is(input, textarea, select)");
  (first ?? dialog).focus();
}

function modal(view) {
  const cancel = (event, dialog) => (event.preventDefault(), close(dialog.querySelector("form"), view));
  const title = `${view.id}-title`;
  const named = { key: view.id, role: "dialog", "aria-modal": "true", "aria-labelledby": title, tabindex: "-1" };
  const place = { target: { view: view.id }, id: view.id, values: view.state.values, errors: view.errors };
  const leave = { type: "button", "aria-label": "Close", on: { click: (event, { form }) => close(form, view, { everything: true }) } };
  const back = { type: "button", on: { click: (event, { form }) => close(form, view) } };
  const foot = [
    h("p.error.notice", { role: "alert", "data-keep": true }),
    h("button.button", back, plain(view.close?.text ?? "Close")),
    view.submit && h("button.button.primary", { type: "submit" }, plain(view.submit.text)),
  ];
  const form = h(
    "form",
    { novalidate: true, on: { submit: (event, node) => submit(event, node, view) } },
    h("header", h("h2", { id: title }, plain(view.title?.text ?? "")), h("button.quiet", leave, "×")),
    h("div.blocks", blocks(view.blocks, place)),
    h("footer", foot),
  );
  return h("dialog", { ...named, on: { cancel } }, form);
}

/** What is typed is kept, the last keys too. A second Escape finds it closing. */
async function close(form, view, more) {
  if (form.closing) return;
  form.closing = true;
  await told(form);
  await act("/sandbox/close", { person: world.person, view: view.id, ...more });
  form.closing = false;
}

async function submit(event, form, view) {
  event.preventDefault();
  const pressed = form.querySelector("[type=submit]");
  if (!pressed || pressed.getAttribute("aria-busy")) return;
  pressed.setAttribute("aria-busy", "true");
  await told(form);
  const values = entered(form, view);
  const answer = await act("/sandbox/submit", { person: world.person, view: view.id, values });
  pressed.removeAttribute("aria-busy");
  const wrong = Object.keys(answer.errors ?? {})[0];
  if (wrong) form.querySelector(`[data-key="${CSS.escape(wrong)}"] :is(input, textarea, select)`)?.focus();
}

/** What stands in the fields now: the last keys may not have been told yet. */
function entered(form, view) {
  const inputs = view.blocks.filter((block) => block.type === "input");
  return Object.fromEntries(inputs.map((block) => [block.block_id, held(form, block)]));
}

function held(form, block) {
  const place = form.querySelector(`[data-key="${CSS.escape(block.block_id)}"]`);
  const box = place.querySelector("input, textarea, select");
  if (!["checkbox", "radio"].includes(box?.type)) return box?.value || null;
  const chosen = [...place.querySelectorAll("input:checked")].map((one) => one.value);
  return box.type === "radio" ? (chosen[0] ?? null) : chosen;
}
